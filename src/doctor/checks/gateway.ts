/** Where the developer portal says that the APIs are. */
import { isIn } from "../../health/productVersion.ts";
import type { Reply } from "../ask.ts";
import type { Check } from "../check.ts";
import type { Examination } from "../examination.ts";
import { type Finding, finding, type Kinds } from "../finding.ts";
import { plain } from "../plainText.ts";
import { gatewayEnvironment, otherPrefix } from "../remedies/urls.ts";
import { reachOf, type Site, type SiteService, servletMembers } from "../site.ts";
import { hasPortals } from "./portals.ts";

const KINDS: Kinds<"gateway.url"> = {
	"gateway.url": {
		severity: "error",
		what: "The developer portal gives addresses of APIs that are not public.",
		why: "Its Try Out asks there, and so do all clients that are written from its documents. WSO2 takes these addresses from its configuration alone, with a wrong port where that is not complete.",
		mend: "`https_endpoint` and its like below `[[apim.gateway.environment]]`.",
	},
};

export const gateway: Check = {
	id: "gateway",
	asks: "The first API that the developer portal shows to a visitor, and the addresses it has there: through Portico, else at a node.",
	kinds: KINDS,
	async run(examination) {
		const found = examination.site.services.filter(hasPortals).map(async (service) => {
			const seen = (await firstApi(examination, service, null)) ?? (await atNodes(examination, service));
			if (seen !== null) return gatewayFindings(examination.site, service, seen.asked, seen.body);
			examination.note("gateway", service.plan.name, "the developer portal shows no API to a visitor");
			return [];
		});
		return (await Promise.all(found)).flat();
	},
};

/** Of the developer portal's REST API, newest version first. */
function listsOf({ plan }: SiteService): readonly string[] {
	return isIn(plan.version, { since: "4.0" }) ? ["/api/am/devportal/v3/apis", "/api/am/devportal/v2/apis"] : ["/api/am/store/v1/apis"];
}

interface Seen {
	readonly asked: string;
	readonly body: string;
}

async function atNodes(examination: Examination, service: SiteService): Promise<Seen | null> {
	for (const member of servletMembers(service)) {
		const seen = await firstApi(examination, service, member);
		if (seen !== null) return seen;
	}
	return null;
}

/** @param member null: through Portico */
async function firstApi(
	examination: Examination,
	service: SiteService,
	member: SiteService["members"][number] | null,
): Promise<Seen | null> {
	const ask = (path: string): Promise<Reply> =>
		member === null ? examination.front(service, path) : examination.member(service, member, path);
	for (const list of listsOf(service)) {
		const reply = await ask(`${list}?limit=1`);
		const id = reply.kind === "answer" && reply.status === 200 ? /"id"\s{0,9}:\s{0,9}"([\w-]{1,64})"/.exec(reply.body)?.[1] : undefined;
		if (id === undefined) continue;
		const api = await ask(`${list}/${id}`);
		if (api.kind === "answer" && api.status === 200) return api;
	}
	return null;
}

/** @param body JSON of one API, whose `endpointURLs` has a list of `URLs` (`http`, `https`, `ws`, `wss`) for each gateway environment */
function gatewayFindings(site: Site, service: SiteService, asked: string, body: string): Finding[] {
	const lost = urlsIn(body).filter((url) => !isServed(site, service, url));
	if (lost.length === 0) return [];
	const seen = [
		{
			asked,
			got: lost
				.slice(0, 3)
				.map((url) => plain(url, 120))
				.join(", "),
		},
	];
	const isDash = service.plan.mappings.some(({ from }) => from.endsWith("-"));
	const remedies = isDash ? [otherPrefix(service), gatewayEnvironment(service)] : [gatewayEnvironment(service)];
	const what = `The developer portal gives addresses of APIs that ${service.plan.publicOrigin} does not serve`;
	return [finding(KINDS, "gateway.url", { service: service.plan.name, nodes: [], what, seen, remedies })];
}

function urlsIn(body: string): string[] {
	const from = body.indexOf('"endpointURLs"');
	if (from === -1) return [];
	const urls = body.slice(from, from + 20_000).matchAll(/"(?:https?|wss?)"\s{0,9}:\s{0,9}"((?:https?|wss?):[^"]{1,300})"/g);
	return [...new Set([...urls].map(([, url = ""]) => url.replaceAll("\\/", "/")))];
}

/** Of a plain address only the host is looked at: its port may be one that redirects. */
function isServed(site: Site, service: SiteService, url: string): boolean {
	const asHttp = url.replace(/^ws/, "http");
	if (asHttp.startsWith("https:") || !service.plan.publicOrigin.startsWith("https:")) return reachOf(site, service, asHttp) === "served";
	const host = URL.parse(asHttp)?.hostname;
	return service.plan.hosts.some((authority) => authority.replace(/:\d+$/, "") === host);
}
