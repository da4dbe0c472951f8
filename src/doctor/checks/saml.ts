/** SAML metadata: the locations it names, which are also the Destinations that Identity Server accepts. */
import type { Check } from "../check.ts";
import { type DeployedService, type Deployment, ofTenant, reachOf, servletMembersWith } from "../deployment.ts";
import { type Finding, finding, type Kinds } from "../finding.ts";
import { plain } from "../plainText.ts";
import { publicName, samlDestination } from "../remedies/urls.ts";

const KINDS: Kinds<"saml.location" | "saml.port"> = {
	"saml.location": {
		severity: "error",
		what: "SAML metadata names a location that is not the public one.",
		why: "Service providers send there, and messages with the public address as `Destination` are refused (`Destination validation failed`). Metadata may be signed, so Portico leaves it alone.",
		fix: "`[server] hostname`, `proxyPort`, and the SAML endpoints of the resident identity provider.",
	},
	"saml.port": {
		severity: "warning",
		what: "SAML metadata spells out the port 443.",
		why: "Some releases take `https://host` and `https://host:443` for two Destinations.",
		fix: "The SAML endpoint without a port.",
	},
};

const METADATA = "/identity/metadata/saml2";

export const saml: Check = {
	id: "saml",
	description: `\`${METADATA}\` of every node, and below \`/t/NAME\` of each \`--tenant\`.`,
	requires: "a node of WSO2 that responses",
	kinds: KINDS,
	async run(doctor) {
		const { deployment } = doctor;
		const members = deployment.services.flatMap((service) =>
			servletMembersWith(deployment, service, "/identity/metadata/saml2").map((member) => ({ service, member })),
		);
		const all = members.flatMap((each) => deployment.qualifiers.map((qualifier) => ({ ...each, qualifier })));
		const found = all.map(async ({ service, member, qualifier }) => {
			const reply = await doctor.member(service, member, qualifier + METADATA);
			const response = doctor.responseOrSkip("saml", member.plan.name, reply);
			if (response === null) return [];
			if (response.status === 200) return samlFindings(deployment, service, { ...response, node: member.plan.node, qualifier });
			if (service.product.doctor.hasSamlMetadata || qualifier !== "")
				doctor.noteSkipped("saml", member.plan.name, `${response.request} answered ${response.status}`);
			return [];
		});
		return (await Promise.all(found)).flat();
	},
};

interface Metadata {
	readonly node: string;
	/** `/t/acme`, or empty. */
	readonly qualifier: string;
	readonly request: string;
	readonly body: string;
}

export function samlFindings(deployment: Deployment, service: DeployedService, { node, qualifier, request, body }: Metadata): Finding[] {
	const locations = [
		...new Set([...body.matchAll(/\bLocation="([^"<>]{1,500})"/g)].map(([, location = ""]) => location.replaceAll("&amp;", "&"))),
	];
	const remedies = [publicName(service), samlDestination(service, qualifier)];
	const tell = (id: "saml.location" | "saml.port", what: string, of: readonly string[]): Finding[] => {
		const evidence = of.slice(0, 2).map((location) => ({ request, result: `Location="${plain(location)}"` }));
		return of.length === 0 ? [] : [finding(KINDS, id, { service: service.plan.name, nodes: [node], what, evidence, remedies })];
	};
	const lost = locations.filter((location) => reachOf(deployment, service, location) !== "served");
	const spelled = locations.filter((location) => !lost.includes(location) && /^https:\/\/[^/]*:443(?:\/|$)/.test(location));
	return [
		...tell("saml.location", `SAML metadata${ofTenant(qualifier)} names a location that ${service.plan.publicOrigin} does not serve`, lost),
		...tell("saml.port", `SAML metadata${ofTenant(qualifier)} spells out the port 443`, spelled),
	];
}
