/**
 * Requests that lack their service's prefix. Pages of WSO2's products know nothing of it: the login form of `/is-authenticationendpoint/login.do` posts to
 * `../commonauth`, scripts ask for `/longwaitstatus` or `/api/am/publisher`. Where several services have such a context, what tells them apart is, in this order: the login
 * under way that the query or else the form names, the service's affinity cookie, the page that the request comes from. Nothing of it opens anything: the request is decided
 * as if it had the prefix, and where nothing tells it stays unknown.
 */

import type { HeaderList } from "../http/headers.ts";
import { authorityKey, parseAbsolute } from "../http/uri.ts";
import type { Plan } from "../plan/plan.ts";
import type { RoutePlan } from "../plan/route.ts";
import { mainMapping, type PathMapping, type ServicePlan } from "../plan/service.ts";
import { toNodePath, toPublicPath } from "./mapPath.ts";
import type { RouteDecision, RouteQuery, Router } from "./router.ts";
import { servletView } from "./servletView.ts";

/** What can be found out about a request. Lifetime: snapshot. */
export interface BareContextHints {
	/** The login under way that the request's query names was begun at this route's service. */
	ownsFlow(route: RoutePlan, request: BareRequest): boolean;
	/** As {@link ownsFlow}, of the form that the request brings. */
	ownsForm(route: RoutePlan, form: string, request: BareRequest): boolean;
	/** The request has an affinity cookie that this route's service has issued; null: it issues none here, so that none says nothing. */
	hasCookie(route: RoutePlan, headers: HeaderList): boolean | null;
}

/** What of a request decides. */
export interface BareRequest {
	readonly asked: RouteQuery;
	/** Empty or beginning with `?`. */
	readonly query: string;
	/** Its urlencoded body; null if it has none, or it is not here yet. */
	readonly form: string | null;
	readonly headers: HeaderList;
	/** How the client came. */
	readonly scheme: "http" | "https";
}

/** What is decided for a request as if it had a prefix. */
export interface BareDecision {
	/** With the prefix. */
	readonly path: string;
	readonly decision: RouteDecision;
}

interface Prefixed {
	readonly service: number;
	readonly name: string;
	readonly mapping: PathMapping;
}

interface Candidate extends Prefixed, BareDecision {
	readonly route: RoutePlan;
}

/** Lives as long as the snapshot. */
export class BareContexts {
	readonly #router: Router;
	readonly #clues: BareContextHints;
	/** By public host. */
	readonly #prefixed: ReadonlyMap<string, readonly Prefixed[]>;

	constructor(plan: Pick<Plan, "routes" | "services">, router: Router, clues: BareContextHints) {
		this.#router = router;
		this.#clues = clues;
		this.#prefixed = prefixedByHost(plan);
	}

	/** For a path that no route covers; null if nothing tells which prefix it lacks. */
	decide(request: BareRequest): BareDecision | null {
		return this.#decide(request, null);
	}

	/** The request's form may tell better than what is known without it. */
	needsForm(request: BareRequest): boolean {
		const candidates = this.#candidates(request.asked);
		return candidates.length > 0 && sole(candidates, ({ route }) => this.#clues.ownsFlow(route, request), "", null) === null;
	}

	/** Plain sentences; none if nothing has such a context. */
	explain(request: BareRequest): readonly string[] {
		const told: string[] = [];
		if (this.#decide(request, told) === null && told.length > 0) told.push("Nothing decides between them.");
		return told;
	}

	#decide(request: BareRequest, told: string[] | null): BareDecision | null {
		const candidates = this.#candidates(request.asked);
		if (candidates.length === 0) return null;
		told?.push(`Without a prefix, it may be meant for ${candidates.map(({ path, name }) => `${path} (${name})`).join(" or ")}.`);
		const chosen =
			sole(candidates, ({ route }) => this.#clues.ownsFlow(route, request), "the login in progress in its query", told) ??
			this.#byForm(candidates, request, told) ??
			this.#byCookie(candidates, request, told) ??
			this.#byReferer(candidates, request, told);
		if (chosen !== null) told?.push(`Treated as ${chosen.path}.`);
		return chosen;
	}

	/** Services that have the context, each with what the router says to it. */
	#candidates(asked: RouteQuery): Candidate[] {
		const found: Candidate[] = [];
		for (const prefixed of this.#prefixed.get(asked.authority) ?? []) {
			const path = toPublicPath([prefixed.mapping], asked.path);
			if (path === null) continue;
			const decision = this.#router.decide({ ...asked, path });
			const { route } = decision;
			if (route?.bare === true && route.service === prefixed.service) found.push({ ...prefixed, route, path, decision });
		}
		return found;
	}

	#byForm(candidates: readonly Candidate[], request: BareRequest, told: string[] | null): Candidate | null {
		const { form } = request;
		if (form === null) return null;
		return sole(candidates, ({ route }) => this.#clues.ownsForm(route, form, request), "the login in progress in its form", told);
	}

	/** Only where every service would have issued one: otherwise having none says nothing. */
	#byCookie(candidates: readonly Candidate[], { headers }: BareRequest, told: string[] | null): Candidate | null {
		const has = candidates.map(({ route }) => this.#clues.hasCookie(route, headers));
		if (has.includes(null)) {
			told?.push("Affinity cookies cannot decide: not every service has one.");
			return null;
		}
		return sole(candidates, (_, index) => has[index] === true, "its affinity cookie", told);
	}

	/** A page under the prefix of a candidate; or one that lacks a prefix as well, where a single service has its context. */
	#byReferer(candidates: readonly Candidate[], { asked, headers, scheme }: BareRequest, told: string[] | null): Candidate | null {
		const path = pageOf(headers, scheme, asked.authority);
		const under = candidates.some(({ mapping }) => path !== null && toNodePath(mapping, path) !== null);
		const owner = path === null || under ? null : this.#ownerOf({ ...asked, path, method: "GET", upgrade: null });
		const isFrom = ({ mapping, service }: Candidate): boolean =>
			path !== null && (under ? toNodePath(mapping, path) !== null : service === owner);
		return sole(candidates, isFrom, "its page (Referer)", told);
	}

	#ownerOf(page: RouteQuery): number | null {
		const decision = this.#router.decide(page);
		if (decision.kind !== "refused" || decision.rule !== "path.unknown") return null;
		const [first, ...more] = this.#candidates(page);
		return first === undefined || more.length > 0 ? null : first.service;
	}
}

/** The only one that it is true of. */
function sole(
	candidates: readonly Candidate[],
	isIt: (candidate: Candidate, index: number) => boolean,
	what: string,
	told: string[] | null,
): Candidate | null {
	const found = candidates.filter(isIt);
	const [first] = found;
	if (first !== undefined && found.length === 1) {
		told?.push(`It belongs to ${first.name} by ${what}.`);
		return first;
	}
	const many = found.length > 1 ? `: that of ${found.map(({ name }) => name).join(" and ")}` : "";
	told?.push(`Not decided by ${what}${many}.`);
	return null;
}

/** The path of the page that the request comes from, if it is of this very origin and reads in one way. */
function pageOf(headers: HeaderList, scheme: "http" | "https", authority: string): string | null {
	const [referer, ...more] = headers.all("referer");
	const page = referer === undefined || more.length > 0 ? null : parseAbsolute(referer);
	if (page === null || page.scheme !== scheme || authorityKey(`${page.host}:${page.port}`, scheme) !== authority) return null;
	const path = page.rest.replace(/[?#].*$/s, "");
	return path.startsWith("/") && servletView(path).plain ? path : null;
}

function prefixedByHost({ routes, services }: Pick<Plan, "routes" | "services">): Map<string, Prefixed[]> {
	const byHost = new Map<string, Prefixed[]>();
	for (const index of new Set(routes.flatMap((route) => (route.bare ? route.service : [])))) {
		const service: ServicePlan | undefined = services[index];
		const mapping = service === undefined ? undefined : mainMapping(service);
		if (service === undefined || mapping === undefined) continue;
		for (const host of service.hosts) byHost.set(host, [...(byHost.get(host) ?? []), { service: index, name: service.name, mapping }]);
	}
	return byHost;
}
