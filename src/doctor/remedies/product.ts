/** How the products are configured: which file, by version. */
import { isIn } from "../../products/version.ts";
import type { DeployedService } from "../deployment.ts";
import type { Remedy } from "../finding.ts";

const RESTART = "On every node. Restart them one at a time (`portico drain`).";

/** A setting for versions with deployment.toml and for versions without it. */
export interface Setting {
	readonly toml: string;
	/** File below `repository/conf`, and its lines. */
	readonly xml: readonly [file: string, lines: string];
}

export function inProduct(service: DeployedService, { toml, xml: [file, lines] }: Setting, note?: string): Remedy {
	return usesToml(service) ? inFile(service, "deployment.toml", toml, note) : inFile(service, file, lines, note);
}

/** @param file below `repository/conf` */
export function inFile(service: DeployedService, file: string, lines: string, note?: string): Remedy {
	return { file: `${homeOf(service)}/repository/conf/${file}`, lines, note: note === undefined ? RESTART : `${note} ${RESTART}` };
}

export function usesToml({ product, version }: DeployedService): boolean {
	return isIn(version, { since: product.doctor.tomlSince });
}

export function homeOf({ product }: DeployedService): string {
	return product.doctor.home;
}

/** Lines of portico.yaml, from the root of the file. */
export function inPortico(lines: string, note: string | null = null): Remedy {
	return { file: "portico.yaml", lines, note };
}

/** An action that is not a line of a file. */
export function elsewhere(place: string, lines: string, note: string | null = null): Remedy {
	return { file: place, lines, note };
}
