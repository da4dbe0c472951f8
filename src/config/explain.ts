/** What would happen to a request, from the very functions that decide it on the data path. */

import { BodyRewriter } from "../body/bodyRewriter.ts";
import { BodyUrlMap } from "../body/bodyUrlMap.ts";
import { ERRORS, type ErrorCode, PorticoError } from "../errors.ts";
import type { CompiledOwnRoute } from "../exchange/compiledOwnRoute.ts";
import { decide } from "../exchange/decide.ts";
import { offlineRules } from "../exchange/offlineRules.ts";
import { type AdmittedRequest, admitted } from "../exchange/request.ts";
import { SET_COOKIE } from "../http/fieldNames.ts";
import { HeaderList } from "../http/headers.ts";
import { authorityKey, parseAbsolute, parseTarget } from "../http/uri.ts";
import type { AffinityPlan } from "../plan/affinity.ts";
import type { MemberPlan } from "../plan/member.ts";
import type { Plan } from "../plan/plan.ts";
import type { RoutePlan } from "../plan/route.ts";
import { frontLabel, type ServicePlan } from "../plan/service.ts";
import { servedWithoutTls } from "../rewrite/httpsRedirect.ts";
import { RedirectMap } from "../rewrite/location.ts";
import { putSetCookie } from "../rewrite/responseCookies.ts";
import { hostsAt, listenersOf, meetAt } from "../route/hostBindings.ts";
import { PATH_RULES } from "../route/pathRules.ts";
import { listedHost } from "../route/wildcardHost.ts";
import { affinityLines, hashedPool } from "./explainAffinity.ts";
import { bareSteps } from "./explainBare.ts";
import { type HeaderLine, headerLines, type PlaceOf } from "./explainHeaders.ts";
import { checkNames, explainPool, originOf, type PoolLine } from "./explainPool.ts";
import { nearestRoutes } from "./nearestRoutes.ts";

/** A request as asked about. */
export interface Question {
	readonly method: string;
	/** Absolute, or a path on the public origin. */
	readonly url: string;
	/** Bare IP address. */
	readonly client: string;
	readonly upgrade: string | null;
	/** Those that decide about the member. */
	readonly headers: HeaderList;
	/** Nodes, or members of them, that are taken to be down. */
	readonly down: readonly string[];
	/** Address of the listener that is asked; null: whichever serves the host. */
	readonly listener: string | null;
	/** Service that the login under way is taken to have begun at; null: it is not known. */
	readonly flow: string | null;
}

export interface Explanation {
	readonly request: Omit<Question, "headers" | "listener"> & { readonly authority: string; readonly path: string };
	/** The route that takes it, or the one whose rule refuses it. */
	readonly route: {
		readonly id: string;
		readonly pattern: string;
		readonly access: RoutePlan["access"];
		readonly service: string;
		readonly mapping: string;
	} | null;
	/** `near`: public patterns, or hosts, that may have been meant. */
	readonly refused: {
		readonly status: number;
		readonly code: ErrorCode;
		readonly rule: string;
		readonly why: string;
		readonly near: readonly string[];
	} | null;
	/** The response of a redirect or fixed response that takes it, or null. */
	readonly own: {
		readonly id: string;
		readonly pattern: string;
		readonly status: number;
		readonly location: string | null;
		readonly type: string | null;
		readonly bytes: number;
	} | null;
	readonly pool: PoolLine | null;
	/** What keeps the client on its node, or null. */
	readonly affinity: (AffinityPlan & { readonly lines: readonly string[] }) | null;
	/** Path on the node. */
	readonly nodePath: string | null;
	readonly hostHeader: string | null;
	/** Value of X-Forwarded-Prefix, or null for none. */
	readonly forwardedPrefix: string | null;
	/** Header rules of the request for the node; none for a refusal. */
	readonly requestHeaders: readonly HeaderLine[];
	/** Header rules of the response, also of Portico's own. */
	readonly responseHeaders: readonly HeaderLine[];
	/** URLs in bodies of responses become public ones; null for a refusal. */
	readonly rewriteBodies: boolean | null;
	/** What the node may answer and what becomes of it. */
	readonly wayBack: readonly { readonly field: string; readonly from: string; readonly to: string }[];
	/** The checks in their order, as sentences. */
	readonly steps: readonly string[];
}

/** Throws Error if the URL is none, or a node is not there. @param placeOf where header rules are in the file */
export function explainRequest(plan: Plan, question: Question, placeOf: PlaceOf = () => null): Explanation {
	checkNames(plan, question.down);
	const flow = indexOf(plan, question.flow);
	checkListener(plan, question.listener);
	const { authority, target, scheme } = addressed(plan, question);
	const { headers: _, listener, ...asIs } = question;
	const request = { ...asIs, authority };
	let path: string;
	let query: string;
	try {
		({ path, query } = parseTarget(question.method, target));
	} catch (error) {
		return refusedEarly({ ...request, path: target }, error, headerLines(plan.responseHeaders, placeOf));
	}
	const publicScheme = plan.publicOrigin.startsWith("https:") ? "https" : "http";
	const now = Date.now();
	const rules = offlineRules(plan, flow, now, listener);
	const client = { address: question.client, secure: publicScheme === "https", requestId: null, host: null, prefix: "" };
	const head = { method: question.method, target, version: 1, headers: question.headers };
	const asked = admitted(head, 0, question.upgrade, client, "", authority, path, query);
	const decision = decide(rules, asked, null, now);
	const steps = [
		...redirectNote(plan, scheme, authority, path),
		...listenerNote(plan, authority, listener),
		...rules.router.explain(asked),
		...bareSteps(plan, rules, asked, flow),
	];
	const route = decision.route?.plan ?? null;
	const base = {
		request: { ...request, path },
		steps,
		route: route === null ? null : routeLine(plan, route),
		own: null,
		responseHeaders: headerLines((route ?? plan).responseHeaders, placeOf),
	};
	if (decision.kind === "needsForm") throw new Error("a request without a body is decided without it");
	if (decision.kind === "refused") {
		const { code, rule, allow } = decision;
		const refused = {
			status: ERRORS[code].status,
			code,
			rule,
			why: reason(rule, route, allow),
			near: near(plan, listener, rule, authority, path),
		};
		return { ...base, refused, ...NOT_SENT };
	}
	if (decision.kind === "own") {
		const responseHeaders = headerLines(decision.own.plan.responseHeaders, placeOf);
		return { ...base, ...NOT_SENT, responseHeaders, refused: null, own: ownLine(decision.own, asked) };
	}
	const { nodeTarget } = decision;
	const nodePath = nodeTarget.split("?", 1)[0] ?? nodeTarget;
	const nodeQuery = nodeTarget.slice(nodePath.length);
	const { service, plan: routed, cutPrefix } = decision.route;
	const members = membersOf(plan, routed);
	const pool = plan.pools[routed.pool];
	const users = plan.userLists[routed.users];
	const signIn =
		users === undefined
			? []
			: [`Clients sign in as a user of ${users.name} (basic authentication); others get 401 authentication_required, rule auth.required.`];
	const callback = nodeQuery === query ? [] : [`The node gets ${nodeQuery}: a portal's callback as it is registered.`];
	return {
		...base,
		steps: [...steps, ...signIn, ...callback],
		refused: null,
		pool:
			pool === undefined ? null : explainPool(plan, hashedPool(pool, routed.affinity, question.headers), nodeTarget, { ...question, path }),
		affinity: routed.affinity === null ? null : { ...routed.affinity, lines: affinityLines(routed.affinity) },
		nodePath,
		hostHeader: routed.host === "public" ? authority : "the node's own host and port",
		forwardedPrefix: decision.bare || cutPrefix === "" ? null : cutPrefix,
		requestHeaders: headerLines(routed.requestHeaders, placeOf),
		rewriteBodies: routed.rewriteBodies,
		wayBack: wayBack(plan, service, authority, members, routed, nodePath),
	};
}

/** Throws Error if there is no such service. */
function indexOf(plan: Plan, service: string | null): number {
	const index = plan.services.findIndex(({ name }) => name === service);
	if (service !== null && index === -1) throw new Error(`there is no service ${JSON.stringify(service)}`);
	return index;
}

/** Throws Error if there is no such listener. */
function checkListener({ listeners }: Plan, asked: string | null): void {
	if (asked === null || listeners.some(({ name }) => name === asked)) return;
	throw new Error(`there is no listener ${JSON.stringify(asked)}; the file has ${listeners.map(({ name }) => name).join(", ")}`);
}

function listenerNote({ services }: Plan, authority: string, asked: string | null): string[] {
	const host = listedHost(services, authority);
	const alone = listenersOf(services, host);
	if (alone === null) return [];
	const other = asked !== null && !alone.includes(asked) ? `, not by ${asked}` : "";
	const owners = services.filter(({ hosts }) => hosts.includes(host));
	const differ = owners.some((one) => owners.some((another) => !meetAt(one, another, host)));
	const choice = differ && asked === null ? ", each with its own services: choose one with --listener" : "";
	return [`Host ${authority} is served only by ${alone.join(" and ")}${other}${choice}.`];
}

function addressed(plan: Plan, { url }: Question): { authority: string; target: string; scheme: "http" | "https" } {
	const publicScheme = plan.publicOrigin.startsWith("https:") ? "https" : "http";
	if (url.startsWith("/")) return { authority: plan.publicOrigin.slice(publicScheme.length + 3), target: url, scheme: publicScheme };
	const parts = parseAbsolute(url);
	if (parts === null) throw new Error(`${JSON.stringify(url)} is not a URL: write https://host/path, or /path for ${plan.publicOrigin}`);
	const isDefault = parts.port === (parts.scheme === "https" ? 443 : 80);
	const authority = authorityKey(isDefault ? parts.host : `${parts.host}:${parts.port}`, publicScheme) ?? parts.host;
	const rest = parts.rest.replace(/#.*$/s, "");
	return { authority, target: rest.startsWith("/") ? rest : `/${rest}`, scheme: parts.scheme };
}

function redirectNote(plan: Plan, scheme: "http" | "https", authority: string, path: string): string[] {
	if (scheme === "https" || plan.publicOrigin.startsWith("http:")) return [];
	const redirecting = plan.listeners.find(({ redirectToHttps }) => redirectToHttps);
	if (redirecting === undefined) return [];
	return servedWithoutTls(plan, redirecting.redirectExcept, authority, path) === null
		? [`Over http, the listener ${redirecting.name} redirects to https. The following is for https.`]
		: [`Over http the listener ${redirecting.name} does the same, without a redirect to https.`];
}

/** What there is to tell of a request that goes to a node. */
const NOT_SENT = {
	pool: null,
	affinity: null,
	nodePath: null,
	hostHeader: null,
	forwardedPrefix: null,
	requestHeaders: [],
	rewriteBodies: null,
	wayBack: [],
} as const;

function refusedEarly(request: Explanation["request"], error: unknown, responseHeaders: readonly HeaderLine[]): Explanation {
	if (!(error instanceof PorticoError)) throw error;
	const refused = { status: error.row.status, code: error.code, rule: error.detail ?? error.code, why: error.row.text, near: [] };
	const steps = [`Refused: ${error.code}, rule ${refused.rule}.`];
	return { request, route: null, refused, own: null, ...NOT_SENT, responseHeaders, steps };
}

function ownLine({ plan, respond }: CompiledOwnRoute, asked: AdmittedRequest): Explanation["own"] {
	const { head, body } = respond(asked);
	return {
		id: plan.id,
		pattern: plan.pattern + (plan.exact ? " (exact)" : ""),
		status: head.status,
		location: head.headers.get("location") ?? null,
		type: head.headers.get("content-type") ?? null,
		bytes: body.length,
	};
}

function routeLine(plan: Plan, route: RoutePlan): Explanation["route"] {
	const { from, to } = route.mapping;
	const front = plan.services[route.service];
	const service = front === undefined ? "" : frontLabel(front);
	return {
		id: route.id,
		pattern: route.pattern + (route.exact ? " (exact)" : ""),
		access: route.access,
		service,
		mapping: `${from || "/"} -> ${to || "/"}`,
	};
}

/** Plain words for refusals that are not about the path's spelling. */
const REASONS: Readonly<Record<string, string>> = {
	"method.trace": "TRACE is never served: it echoes headers, including cookies.",
	"method.connect": "Portico is not a forward proxy.",
	"host.unknown": "No service has this host.",
	"path.unknown": "No route covers this path; only listed paths are served.",
	"maintenance.on": "The service is in maintenance; addresses in `maintenance.allow` pass.",
	"role.none": "No node of the service has a role that serves this path.",
	"access.blocked": "No client may use this path through Portico.",
	"target.asterisk": "`*` is not a path.",
	"target.form": "The request target is not a path.",
};

function near(plan: Plan, listener: string | null, rule: string, authority: string, path: string): string[] {
	if (rule === "path.unknown") return nearestRoutes(plan, authority, path);
	return rule === "host.unknown" ? [...new Set(plan.services.flatMap((service) => hostsAt(service, listener)))] : [];
}

function reason(rule: string, route: RoutePlan | null, allow: readonly string[] | null): string {
	if (rule === "access.restricted") {
		const { allow: listed = [] } = route ?? {};
		const who = listed === null || listed.length === 0 ? "no one (access.restricted.allow is empty)" : listed.join(", ");
		return `This path is restricted to ${who}.`;
	}
	if (rule === "access.allow") return `Only ${(route?.allow ?? []).join(", ")} may use this path.`;
	if (rule === "access.deny") return `Denied are ${(route?.deny ?? []).join(", ")}, apart from smaller networks that are allowed.`;
	if (rule === "method.route") return `The route allows ${(allow ?? []).join(", ")}.`;
	const pathRule: { readonly text: string } | undefined = Object.hasOwn(PATH_RULES, rule)
		? PATH_RULES[rule as keyof typeof PATH_RULES]
		: undefined;
	return pathRule?.text ?? REASONS[rule] ?? rule;
}

function membersOf(plan: Plan, route: RoutePlan): MemberPlan[] {
	return (plan.pools[route.pool]?.members ?? []).flatMap((index) => plan.members[index] ?? []);
}

/** Examples of what nodes write: their own address, localhost with the management port, a path, a cookie of the webapp. */
function wayBack(
	plan: Plan,
	service: ServicePlan,
	asked: string,
	members: readonly MemberPlan[],
	route: RoutePlan,
	nodePath: string,
): Explanation["wayBack"] {
	const redirects = RedirectMap.build(plan);
	const local =
		service.nodeOrigins.find((origin) => origin === "https://localhost:9443") ??
		service.nodeOrigins.find((origin) => origin.startsWith("https://localhost:"));
	const [first] = members;
	const locations = [
		...(local === undefined ? [] : [local + nodePath]),
		...(first === undefined ? [] : [originOf(first) + nodePath]),
		nodePath,
	];
	const webapp = /^\/[^/]*/.exec(nodePath)?.[0] ?? "/";
	const cookies = [...new Set([webapp, "/"])].map((path) => `JSESSIONID=0A1B; Path=${path}; Secure; HttpOnly`);
	const urls = route.rewriteBodies ? new BodyUrlMap(service, redirects, asked) : null;
	return [
		...[...new Set(locations)].map((from) => ({ field: "Location", from, to: redirects.map(from, service, asked) })),
		...cookies.flatMap((from) => setCookies(from, service, asked).map((to) => ({ field: "Set-Cookie", from, to }))),
		...(urls === null ? [] : [...new Set(locations)].map((url) => inPage(`href="${url}"`, urls))),
	];
}

function inPage(from: string, urls: BodyUrlMap): Explanation["wayBack"][number] {
	const rewriter = new BodyRewriter(urls, "html", null);
	const out = [rewriter.push(Buffer.from(from)), rewriter.end()];
	return { field: "page", from, to: Buffer.concat(out.flatMap((part) => part ?? [])).toString() };
}

function setCookies(value: string, service: ServicePlan, asked: string): string[] {
	const out = new HeaderList();
	putSetCookie(out, SET_COOKIE, value, service, asked, new HeaderList(), false);
	return out.all("set-cookie");
}
