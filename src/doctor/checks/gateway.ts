/** Where the developer portal says that the APIs are. */
import type { Check } from "../check.ts";
import { type DeployedService, type Deployment, hostsOf, ofVersion, reachOf, servletMembersWith } from "../deployment.ts";
import type { DoctorSession } from "../doctorSession.ts";
import { type Finding, finding, type Kinds } from "../finding.ts";
import { plain } from "../plainText.ts";
import { gatewayEnvironment, hasDashPrefix, otherPrefix } from "../remedies/urls.ts";
import type { Reply } from "../request.ts";
import { hasPortals } from "./portals.ts";

const KINDS: Kinds<"gateway.url"> = {
	"gateway.url": {
		severity: "error",
		what: "The developer portal gives addresses of APIs that are not public.",
		why: "Its Try Out asks there, and so do all clients that are written from its documents. WSO2 takes these addresses from its configuration alone, with a wrong port where that is not complete.",
		fix: "`https_endpoint` and its like below `[[apim.gateway.environment]]`.",
	},
};

export const gateway: Check = {
	id: "gateway",
	description:
		"The first API that the developer portal shows to a visitor, and the addresses it has there: through Portico, else at a node.",
	requires: "an API Manager of 3.0 or later that responses",
	kinds: KINDS,
	async run(doctor) {
		const found = doctor.deployment.services.filter(hasPortals).map(async (service) => {
			const [shown] = await shownApis(doctor, service, 1);
			if (shown !== undefined) return gatewayFindings(doctor.deployment, service, shown.request, shown.body);
			doctor.noteSkipped("gateway", service.plan.name, "the developer portal shows no API to a visitor");
			return [];
		});
		return (await Promise.all(found)).flat();
	},
};

export interface ShownApi {
	readonly request: string;
	/** JSON. */
	readonly body: string;
}

/** APIs as the developer portal describes them to a visitor: through Portico, else at the first node that shows any. @param most of them */
export async function shownApis(doctor: DoctorSession, service: DeployedService, most: number): Promise<readonly ShownApi[]> {
	const [first] = ofVersion(service, service.product.doctor.apiLists);
	for (const member of [null, ...servletMembersWith(doctor.deployment, service, first?.path ?? "/")]) {
		const shown = await apisAt(doctor, service, member, most);
		if (shown.length > 0) return shown;
	}
	return [];
}

/** @param member null: through Portico */
async function apisAt(
	doctor: DoctorSession,
	service: DeployedService,
	member: DeployedService["members"][number] | null,
	most: number,
): Promise<readonly ShownApi[]> {
	const send = (path: string): Promise<Reply> => (member === null ? doctor.front(service, path) : doctor.member(service, member, path));
	for (const { path: list } of ofVersion(service, service.product.doctor.apiLists)) {
		const reply = await send(`${list}?limit=${most}`);
		if (reply.kind !== "response" || reply.status !== 200) continue;
		const ids = [...reply.body.matchAll(/"id"\s{0,9}:\s{0,9}"([\w-]{1,64})"/g)].slice(0, most).map(([, id]) => id);
		const apis = await Promise.all(ids.map((id) => send(`${list}/${id}`)));
		const shown = apis.flatMap((api) => (api.kind === "response" && api.status === 200 ? api : []));
		if (shown.length > 0) return shown;
	}
	return [];
}

/** @param body JSON of one API, whose `endpointURLs` has a list of `URLs` (`http`, `https`, `ws`, `wss`) for each gateway environment */
function gatewayFindings(deployment: Deployment, service: DeployedService, request: string, body: string): Finding[] {
	const lost = urlsIn(body).filter((url) => !isServed(deployment, service, url));
	if (lost.length === 0) return [];
	const evidence = [
		{
			request,
			result: lost
				.slice(0, 3)
				.map((url) => plain(url, 120))
				.join(", "),
		},
	];
	const remedies = hasDashPrefix(service) ? [otherPrefix(service), gatewayEnvironment(service)] : [gatewayEnvironment(service)];
	const what = `The developer portal gives addresses of APIs that ${service.plan.publicOrigin} does not serve`;
	return [finding(KINDS, "gateway.url", { service: service.plan.name, nodes: [], what, evidence, remedies })];
}

function urlsIn(body: string): string[] {
	const from = body.indexOf('"endpointURLs"');
	if (from === -1) return [];
	const urls = body.slice(from, from + 20_000).matchAll(/"(?:https?|wss?)"\s{0,9}:\s{0,9}"((?:https?|wss?):[^"]{1,300})"/g);
	return [...new Set([...urls].map(([, url = ""]) => url.replaceAll("\\/", "/")))];
}

/** Only the host of a plain address is checked: its port may be one that redirects. */
function isServed(deployment: Deployment, service: DeployedService, url: string): boolean {
	const asHttp = url.replace(/^ws/, "http");
	if (asHttp.startsWith("https:") || !service.plan.publicOrigin.startsWith("https:"))
		return reachOf(deployment, service, asHttp) === "served";
	const host = URL.parse(asHttp)?.hostname;
	return hostsOf(deployment, service).some((authority) => authority.replace(/:\d+$/, "") === host);
}
