/** How the products are configured: which file, by version. */
import { isIn } from "../../products/version.ts";
import type { DeployedService } from "../deployment.ts";
import type { Remedy } from "../finding.ts";

const RESTART = "On every node; each has to be started again, one after the other (`portico drain`).";

/** A setting in the words of a version that has deployment.toml, and of one that has not. */
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

/** Lines of portico.yaml, where the paths begin at the file's root. */
export function inPortico(lines: string, note: string | null = null): Remedy {
	return { file: "portico.yaml", lines, note };
}

/** Something to do that is no line of a file. */
export function elsewhere(place: string, lines: string, note: string | null = null): Remedy {
	return { file: place, lines, note };
}
