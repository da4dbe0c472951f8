/** OpenID Connect discovery: clients must be able to reach the endpoints that it names. */
import type { Check } from "../check.ts";
import { type DeployedService, type Deployment, isKnown, ofTenant, reachOf, servletMembersWith } from "../deployment.ts";
import type { DoctorSession } from "../doctorSession.ts";
import { type Finding, finding, type Kinds } from "../finding.ts";
import { plain } from "../plainText.ts";
import { hasDashPrefix, issuer as issuerRemedy, otherPrefix, publicName } from "../remedies/urls.ts";
import type { HttpResponse } from "../request.ts";

const KINDS: Kinds<"oidc.issuer" | "oidc.endpoint" | "oidc.differs" | "oidc.discovery"> = {
	"oidc.issuer": {
		severity: "error",
		what: "The issuer is not the public origin.",
		why: "Clients compare `iss` of every token with the address they were configured with, and tokens are signed: Portico cannot mend it on the way (`Invalid id_token`, blank Console).",
		fix: "`[server] hostname`, `proxyPort`, and the issuer where it is set by itself.",
	},
	"oidc.endpoint": {
		severity: "error",
		what: "The discovery document, as it leaves through Portico, names endpoints that clients cannot reach.",
		why: "Clients take their endpoints from there: browsers are sent to a node's own address, or to a path that no route has.",
		fix: "`[server] hostname`, `proxyPort` and `proxy_context_path`; under a dash prefix a host of its own.",
	},
	"oidc.differs": {
		severity: "error",
		what: "The nodes of a service have different issuers.",
		why: "A token of one is refused by clients that asked another.",
		fix: "The same `deployment.toml` on all nodes.",
	},
	"oidc.discovery": {
		severity: "warning",
		what: "The discovery document is not where the issuer says.",
		why: "Clients look for it at the issuer with `/.well-known/openid-configuration` behind (OpenID Connect Discovery 1.0, 4), and only there.",
		fix: "`issuer` of `[oauth.oidc.id_token]`; a prefix that the product knows (`proxy_context_path`), or a host of its own.",
	},
};

export const oidc: Check = {
	id: "oidc",
	description:
		"The discovery document of every node and through Portico, and what stands at the issuer; those below `/t/NAME` of each `--tenant` too.",
	requires: "a node of WSO2 that responses",
	kinds: KINDS,
	async run(doctor) {
		const { services, qualifiers } = doctor.deployment;
		const all = services.filter(isKnown).flatMap((service) => qualifiers.map((qualifier) => ({ service, qualifier })));
		return (await Promise.all(all.map(({ service, qualifier }) => checkTenant(doctor, service, qualifier)))).flat();
	},
};

export interface Discovery {
	/** Null: through Portico. */
	readonly node: string | null;
	readonly request: string;
	readonly issuer: string;
	readonly endpoints: readonly (readonly [name: string, url: string])[];
}

/** @param qualifier `/t/acme`, or empty */
async function checkTenant(doctor: DoctorSession, service: DeployedService, qualifier: string): Promise<Finding[]> {
	const { discoveryPaths } = service.product.doctor;
	const documents: Discovery[] = [];
	for (const member of servletMembersWith(doctor.deployment, service, qualifier + (discoveryPaths[0] ?? "/"))) {
		const document = await firstDocument(
			discoveryPaths.map((path) => () => doctor.member(service, member, qualifier + path)),
			member.plan.node,
		);
		if (document !== null) documents.push(document);
		else doctor.noteSkipped("oidc", member.plan.name, `no discovery document${ofTenant(qualifier)}`);
	}
	const outside = await firstDocument(
		discoveryPaths.map((path) => () => doctor.front(service, qualifier + path)),
		null,
	);
	if (outside === null && documents.length > 0)
		doctor.noteSkipped("oidc", service.plan.name, `no discovery document${ofTenant(qualifier)} through Portico`);
	const all = outside === null ? documents : [...documents, outside];
	return [...discoveryFindings(doctor.deployment, service, all, qualifier), ...(await atIssuer(doctor, service, all, qualifier))];
}

async function firstDocument(
	requests: readonly (() => ReturnType<DoctorSession["front"]>)[],
	node: string | null,
): Promise<Discovery | null> {
	for (const send of requests) {
		const reply = await send();
		const document = reply.kind === "response" && reply.status === 200 ? discoveryOf(reply, node) : null;
		if (document !== null) return document;
	}
	return null;
}

/** Null: it is none. */
export function discoveryOf({ request, body }: Pick<HttpResponse, "request" | "body">, node: string | null): Discovery | null {
	let value: unknown;
	try {
		value = JSON.parse(body);
	} catch {
		return null;
	}
	if (typeof value !== "object" || value === null) return null;
	const texts = Object.entries(value).flatMap(([name, text]): [string, string][] => (typeof text === "string" ? [[name, text]] : []));
	const issuer = texts.find(([name]) => name === "issuer")?.[1];
	if (issuer === undefined) return null;
	const endpoints = texts.filter(([name]) => /_endpoint$|^jwks_uri$|^check_session_iframe$/.test(name));
	return { node, request, issuer, endpoints };
}

export function discoveryFindings(
	deployment: Deployment,
	service: DeployedService,
	documents: readonly Discovery[],
	qualifier = "",
): Finding[] {
	const { plan } = service;
	const tenant = ofTenant(qualifier);
	const about = (of: readonly Discovery[]) => ({ service: plan.name, nodes: of.flatMap(({ node }) => node ?? []) });
	const findings: Finding[] = [];
	const wrong = documents.filter(({ issuer }) => !isBelow(issuer, service));
	for (const each of wrong) {
		const evidence = [{ request: each.request, result: `"issuer": "${plain(each.issuer)}"` }];
		findings.push(
			finding(KINDS, "oidc.issuer", {
				...about([each]),
				what: `The issuer${tenant} is not below ${plan.publicOrigin}`,
				evidence,
				remedies: [publicName(service), issuerRemedy(service, qualifier)],
			}),
		);
	}
	const ofNodes = documents.filter(({ node }) => node !== null);
	if (new Set(ofNodes.map(({ issuer }) => issuer)).size > 1) {
		const evidence = ofNodes.map(({ request, issuer }) => ({ request, result: `"issuer": "${plain(issuer)}"` }));
		findings.push(
			finding(KINDS, "oidc.differs", {
				...about(ofNodes),
				what: `The nodes have different issuers${tenant}`,
				evidence,
				remedies: [publicName(service), issuerRemedy(service, qualifier)],
			}),
		);
	}
	const outside = documents.find(({ node }) => node === null);
	const lost = (outside?.endpoints ?? [])
		.map(([name, url]) => ({ name, url, reach: reachOf(deployment, service, url) }))
		.filter(({ reach }) => reach !== "served" && reach !== "refused");
	if (outside !== undefined && lost.length > 0) {
		const evidence = [
			{
				request: outside.request,
				result:
					lost
						.slice(0, 3)
						.map(({ name, url }) => `"${plain(name, 40)}": "${plain(url, 120)}"`)
						.join(", ") + (lost.length > 3 ? `, and ${lost.length - 3} more` : ""),
			},
		];
		const remedies =
			lost.some(({ reach }) => reach === "unrouted" || reach === "bare") && hasDashPrefix(service)
				? [otherPrefix(service), publicName(service)]
				: [publicName(service)];
		findings.push(
			finding(KINDS, "oidc.endpoint", {
				...about([]),
				what: `Clients${tenant} are given endpoints that ${plan.publicOrigin} does not serve`,
				evidence,
				remedies,
			}),
		);
	}
	return findings;
}

/** As text: clients compare it character for character, a port that goes without saying included. */
function isBelow(issuer: string, { plan }: DeployedService): boolean {
	const origin = plan.publicOrigin;
	return plan.hosts.some((host) => [issuer, `${issuer}/`].some((text) => text.startsWith(`${origin.replace(/\/\/.*$/, "//")}${host}/`)));
}

async function atIssuer(
	doctor: DoctorSession,
	service: DeployedService,
	documents: readonly Discovery[],
	qualifier: string,
): Promise<Finding[]> {
	const first = documents.find(({ issuer }) => isBelow(issuer, service));
	const url = first === undefined ? null : URL.parse(first.issuer);
	if (first === undefined || url === null || !doctor.hasFront) return [];
	const reply = await doctor.publicPath(service, `${url.pathname.replace(/\/$/, "")}/.well-known/openid-configuration`);
	if (reply.kind !== "response") return [];
	const found = reply.status === 200 ? discoveryOf(reply, null) : null;
	if (found?.issuer === first.issuer) return [];
	const result = found === null ? `answered ${reply.status}` : `"issuer": "${plain(found.issuer)}"`;
	const evidence = [{ request: reply.request, result: `${result}; the issuer is ${plain(first.issuer)}` }];
	return [
		finding(KINDS, "oidc.discovery", {
			service: service.plan.name,
			nodes: [],
			what: `The discovery document${ofTenant(qualifier)} is not where the issuer says`,
			evidence,
			remedies: hasDashPrefix(service)
				? [issuerRemedy(service, qualifier), otherPrefix(service)]
				: [publicName(service), issuerRemedy(service, qualifier)],
		}),
	];
}
