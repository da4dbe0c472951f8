/** SAML metadata: the locations it names, which are also the Destinations that Identity Server accepts. */
import type { Check } from "../check.ts";
import { type Finding, finding, type Kinds } from "../finding.ts";
import { plain } from "../plainText.ts";
import { publicName, samlDestination } from "../remedies/urls.ts";
import { type Deployment, ofTenant, reachOf, type SiteService, servletMembers } from "../site.ts";

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
	requires: "a node of WSO2 that answers",
	kinds: KINDS,
	async run(examination) {
		const { site } = examination;
		const members = site.services.flatMap((service) => servletMembers(service).map((member) => ({ service, member })));
		const asked = members.flatMap((each) => site.qualifiers.map((qualifier) => ({ ...each, qualifier })));
		const found = asked.map(async ({ service, member, qualifier }) => {
			const reply = await examination.member(service, member, qualifier + METADATA);
			const answer = examination.heard("saml", member.plan.name, reply);
			if (answer === null) return [];
			if (answer.status === 200) return samlFindings(site, service, { ...answer, node: member.plan.node, qualifier });
			if (service.product.doctor.hasSamlMetadata || qualifier !== "")
				examination.note("saml", member.plan.name, `${answer.asked} answered ${answer.status}`);
			return [];
		});
		return (await Promise.all(found)).flat();
	},
};

interface Metadata {
	readonly node: string;
	/** `/t/acme`, or empty. */
	readonly qualifier: string;
	readonly asked: string;
	readonly body: string;
}

export function samlFindings(site: Deployment, service: SiteService, { node, qualifier, asked, body }: Metadata): Finding[] {
	const locations = [
		...new Set([...body.matchAll(/\bLocation="([^"<>]{1,500})"/g)].map(([, location = ""]) => location.replaceAll("&amp;", "&"))),
	];
	const remedies = [publicName(service), samlDestination(service, qualifier)];
	const tell = (id: "saml.location" | "saml.port", what: string, of: readonly string[]): Finding[] => {
		const seen = of.slice(0, 2).map((location) => ({ asked, got: `Location="${plain(location)}"` }));
		return of.length === 0 ? [] : [finding(KINDS, id, { service: service.plan.name, nodes: [node], what, seen, remedies })];
	};
	const lost = locations.filter((location) => reachOf(site, service, location) !== "served");
	const spelled = locations.filter((location) => !lost.includes(location) && /^https:\/\/[^/]*:443(?:\/|$)/.test(location));
	return [
		...tell("saml.location", `SAML metadata${ofTenant(qualifier)} names a location that ${service.plan.publicOrigin} does not serve`, lost),
		...tell("saml.port", `SAML metadata${ofTenant(qualifier)} spells out the port 443`, spelled),
	];
}
