/** Internal information in responses to clients: names of products, addresses of nodes. */

import { LeakRules } from "../../rewrite/leaks.ts";
import type { Check } from "../check.ts";
import { type DeployedService, isKnown, ofVersion, publicPathOf, reachOf } from "../deployment.ts";
import type { DoctorSession } from "../doctorSession.ts";
import { type Finding, finding, type Kinds } from "../finding.ts";
import { plain, shownUrl } from "../plainText.ts";
import { inPortico } from "../remedies/product.ts";
import { serverHeader } from "../remedies/server.ts";
import { publicName } from "../remedies/urls.ts";
import type { HttpResponse, Reply } from "../request.ts";
import { pagesWithCookies } from "./cookies.ts";
import { publicSample } from "./hsts.ts";

const KINDS: Kinds<"leak.server" | "leak.header" | "leak.body"> = {
	"leak.server": {
		severity: "advice",
		what: "Responses name the product that sent them.",
		why: "Attackers who search for servers with known vulnerabilities find this one.",
		fix: "Portico removes `Server`. If a response has one, another program sent it, or a route sets it.",
	},
	"leak.header": {
		severity: "error",
		what: "A redirect, or another header, contains a node's own address.",
		why: "External browsers cannot reach it, so logins end with a browser error.",
		fix: "Set `[server] hostname` and `proxyPort`, or add the node's name to `aliases`, so that Portico maps it.",
	},
	"leak.body": {
		severity: "warning",
		what: "A page contains a node's own address.",
		why: "Scripts and forms of that page use an address that external browsers cannot reach.",
		fix: "Set `[server] hostname` and `proxyPort` on the nodes, or `rewriteBodies` of the service.",
	},
};

export const leaks: Check = {
	id: "leak",
	description:
		"Requests public pages and a login page through Portico, also below `/t/NAME` of each `--tenant`. Inspects `Server` and `Location`, and searches the text for addresses of nodes.",
	requires: "the public endpoint",
	kinds: KINDS,
	async run(doctor) {
		if (!doctor.hasFront) return [];
		const rules = LeakRules.build(doctor.plan);
		const found = doctor.deployment.services.map(async (service) => {
			const sample = publicSample(doctor.deployment, service);
			const homePages = ofVersion(service, service.product.doctor.homePages).map(({ path }) => path);
			const pages = isKnown(service)
				? [...pagesWithCookies(service, doctor.deployment.qualifiers), ...homePages].map(
						(path) => publicPathOf(service, path.split("?")[0] ?? "") + (/\?.*$/.exec(path)?.[0] ?? ""),
					)
				: [];
			const replies = await Promise.all([...(sample === null ? [] : [sample]), ...pages].map((path) => doctor.publicPath(service, path)));
			const logins = await Promise.all(replies.flatMap((reply) => loginPage(doctor, service, reply) ?? []));
			return [...replies, ...logins].flatMap((reply) => (reply.kind === "response" ? leakFindings(service, rules, reply) : []));
		});
		return (await Promise.all(found)).flat();
	},
};

/** The login page to which a login redirects, if it is public; null: none. */
function loginPage(doctor: DoctorSession, service: DeployedService, reply: Reply): Promise<Reply> | null {
	const location = reply.kind === "response" ? reply.headers.get("location") : undefined;
	const url = location === undefined ? null : URL.parse(location, service.plan.publicOrigin);
	if (url === null || !/authenticationendpoint\//.test(url.pathname)) return null;
	const reach = reachOf(doctor.deployment, service, url.href);
	return reach === "served" || reach === "bare" ? doctor.publicPath(service, url.pathname + url.search) : null;
}

const PRODUCTS = /WSO2|Carbon|PassThrough|Tomcat|Coyote/i;

export function leakFindings(
	service: DeployedService,
	rules: LeakRules,
	{ request, headers, body }: Pick<HttpResponse, "request" | "headers" | "body">,
): Finding[] {
	const { plan } = service;
	const found = (id: keyof typeof KINDS, what: string, result: string, remedies: Finding["remedies"]): Finding =>
		finding(KINDS, id, { service: plan.name, nodes: [], what, evidence: [{ request, result }], remedies });
	const findings: Finding[] = [];
	const server = headers.get("server");
	if (server !== undefined && PRODUCTS.test(server))
		findings.push(found("leak.server", "Answers name the product", `Server: ${plain(server)}`, [serverHeader(service)]));
	for (const [name, value] of headers.toPairs()) {
		const leak = rules.inField(name.toLowerCase(), value);
		if (leak === null) continue;
		const alias = inPortico(`services:\n  ${plan.name}:\n    aliases: [${plain(leak.host, 80)}]`, "If the nodes keep that name.");
		findings.push(
			found("leak.header", "A header contains a node's own address", `${plain(name, 40)}: ${shownUrl(leak.url)}`, [
				publicName(service),
				alias,
			]),
		);
	}
	const leak = rules.inText(body);
	if (leak !== null) {
		const rewrite = inPortico(`services:\n  ${plan.name}:\n    rewriteBodies: true`, "If the nodes keep that name.");
		findings.push(found("leak.body", "A page contains a node's own address", shownUrl(leak.url), [publicName(service), rewrite]));
	}
	return findings;
}
