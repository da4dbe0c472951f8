/** The version that a node reports, compared with the configured one. */
import { PRESET_NAMES, PRODUCTS, type ProductName } from "../../products/products.ts";
import { isIn } from "../../products/version.ts";
import type { Check } from "../check.ts";
import { type DeployedService, servletMembers } from "../deployment.ts";
import { type Finding, finding, type Kinds } from "../finding.ts";
import { plain } from "../plainText.ts";
import { elsewhere, inPortico } from "../remedies/product.ts";
import type { HttpResponse } from "../request.ts";

const KINDS: Kinds<"version.differs" | "version.mixed" | "version.product"> = {
	"version.differs": {
		severity: "warning",
		what: "A node runs a version other than the one in the file.",
		why: "The version decides which contexts are served or blocked, and how health is checked.",
		fix: "Correct `version` of the service.",
	},
	"version.mixed": {
		severity: "warning",
		what: "The nodes of a service run different versions.",
		why: "Sessions, cookies and pages of one version may not work with the other, and a browser that changes nodes gets both.",
		fix: "Finish the upgrade, one node at a time.",
	},
	"version.product": {
		severity: "error",
		what: "A node runs a product other than the one in the file.",
		why: "Its contexts, ports and access classes are those of the other product.",
		fix: "Correct `product` of the service, or the node's address.",
	},
};

export const version: Check = {
	id: "version",
	description: "Requests `/services/Version` from every node with GET, as API Manager's own liveness probe does.",
	requires: "a WSO2 node that responds",
	kinds: KINDS,
	async run(doctor) {
		const perService = doctor.deployment.services.map(async (service) => {
			const found: VersionReport[] = [];
			for (const member of servletMembers(service)) {
				const response = doctor.responseOrSkip(
					"version",
					member.plan.name,
					await doctor.member(service, member, service.product.doctor.versionPath),
				);
				if (response === null) continue;
				const reported = productOf(response.body);
				if (reported === null)
					doctor.noteSkipped("version", member.plan.name, `${response.request} returned ${response.status} and names no version`);
				else found.push({ ...reported, node: member.plan.node, response });
			}
			return versionFindings(service, found);
		});
		return (await Promise.all(perService)).flat();
	},
};

/** Characters of a response: a node may send half a MiB of them. */
const MOST_SHOWN = 2000;

interface ReportedVersion {
	readonly product: ProductName;
	readonly version: string;
}

interface VersionReport extends ReportedVersion {
	readonly node: string;
	readonly response: Pick<HttpResponse, "request" | "body">;
}

/** `WSO2 API Manager-4.2.0`, `WSO2 Identity Server-5.11.0`, wherever in the text. */
export function productOf(text: string): ReportedVersion | null {
	const [, name, version] = NAME_AND_VERSION.exec(text) ?? [];
	const product = PRESET_NAMES.find((each) => PRODUCTS[each].doctor.calledAs.toLowerCase() === name?.toLowerCase());
	return product === undefined || version === undefined ? null : { product, version };
}

const NAME_AND_VERSION = new RegExp(
	`(${PRESET_NAMES.map((name) => PRODUCTS[name].doctor.calledAs).join("|")})[\\s-]{0,3}v?(\\d{1,2}\\.\\d{1,3}(?:\\.\\d{1,3})?)`,
	"i",
);

export function versionFindings(service: DeployedService, reports: readonly VersionReport[]): Finding[] {
	const { plan } = service;
	const evidenceOf = ({ response }: VersionReport) => ({
		request: response.request,
		result: plain(response.body.slice(0, MOST_SHOWN).replace(/<[^>]*>/g, " "), 80),
	});
	const findings = reports.flatMap((each): Finding[] => {
		const about = { service: plan.name, nodes: [each.node], evidence: [evidenceOf(each)] };
		if (each.product !== plan.product) {
			const remedies = [inPortico(`services:\n  ${plan.name}:\n    product: ${each.product}`)];
			return [
				finding(KINDS, "version.product", { ...about, what: `The node runs ${each.product}; the file has ${plan.product}`, remedies }),
			];
		}
		if (suits(plan.version, each.version)) return [];
		const remedies = [inPortico(`services:\n  ${plan.name}:\n    version: '${lineOf(each.version)}'`)];
		return [finding(KINDS, "version.differs", { ...about, what: `The node runs ${each.version}; the file has ${plan.version}`, remedies })];
	});
	const lines = [...new Set(reports.map((each) => lineOf(each.version)))];
	if (lines.length > 1) {
		const remedies = [elsewhere("shell", "portico drain NODE    # then upgrade it, then: portico enable NODE")];
		findings.push(
			finding(KINDS, "version.mixed", {
				service: plan.name,
				nodes: reports.map(({ node }) => node),
				what: `The nodes run ${lines.join(" and ")}`,
				evidence: reports.map(evidenceOf),
				remedies,
			}),
		);
	}
	return findings;
}

/** `4.2.0` matches 4.2 and 4.x. */
function suits(configured: string, found: string): boolean {
	const [major = "", minor = "x"] = configured.split(".");
	if (minor === "x") return found.split(".")[0] === major;
	return isIn(found, { since: `${major}.${minor}`, until: `${major}.${minor}` });
}

/** `4.2` of `4.2.0`. */
export const lineOf = (number: string): string => number.split(".").slice(0, 2).join(".");
