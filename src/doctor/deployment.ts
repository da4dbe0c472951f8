/** The deployment as the file configures it, in the form that the checks need. Pure. */
import type { CompiledRoute } from "../exchange/compiledRoute.ts";
import { type Decision, type DecisionRules, decide } from "../exchange/decide.ts";
import { offlineRules } from "../exchange/offlineRules.ts";
import { admitted } from "../exchange/request.ts";
import { HeaderList } from "../http/headers.ts";
import type { MemberPlan } from "../plan/member.ts";
import type { Plan } from "../plan/plan.ts";
import type { PoolPlan } from "../plan/pool.ts";
import type { ServicePlan } from "../plan/service.ts";
import type { Product } from "../products/product.ts";
import { productNamed } from "../products/products.ts";
import { isIn, type Versioned } from "../products/version.ts";
import { toPublicPath } from "../route/mapPath.ts";

export interface DeployedMember {
	readonly plan: MemberPlan;
	readonly pool: PoolPlan;
}

export interface DeployedService {
	readonly plan: ServicePlan;
	readonly product: Product;
	readonly members: readonly DeployedMember[];
	/** The version that the nodes report, otherwise that of the file. */
	readonly version: string;
}

export interface Deployment {
	readonly plan: Plan;
	readonly rules: DecisionRules<CompiledRoute>;
	/** Those to check. */
	readonly services: readonly DeployedService[];
	/** Path prefixes of the tenants to check: empty for the super tenant, `/t/acme`. */
	readonly qualifiers: readonly string[];
}

/** A client address that is in no network (RFC 5737). */
export const EXAMPLE_CLIENT = "192.0.2.1";

/**
 * @param only names of services, or null for all
 * @param tenants in addition to the super tenant
 */
export function deploymentOf(plan: Plan, only: ReadonlySet<string> | null, tenants: readonly string[] = []): Deployment {
	const services = plan.services.flatMap((service, index): DeployedService[] => {
		if (service.front !== null) return [];
		const pools = plan.pools.filter((pool) => pool.service === index);
		const members = pools.flatMap((pool) =>
			pool.members.flatMap((at): DeployedMember[] => {
				const member = plan.members[at];
				return member === undefined ? [] : [{ plan: member, pool }];
			}),
		);
		return [{ plan: service, product: productNamed(service.product), members, version: service.version }];
	});
	return {
		plan,
		rules: offlineRules(plan, -1, 0),
		services: services.filter((service) => only === null || only.has(service.plan.name)),
		qualifiers: ["", ...new Set(tenants.map((tenant) => `/t/${tenant}`))],
	};
}

/** The tenant of a finding, unless it is the super tenant: ` of tenant acme`. */
export const ofTenant = (qualifier: string): string => (qualifier === "" ? "" : ` of tenant ${qualifier.slice("/t/".length)}`);

/** Whether Portico knows what the nodes of the service serve. */
export const isKnown = ({ product }: DeployedService): boolean => !product.isFree;

/** The facts about its product that apply to the nodes' version. */
export function ofVersion<T extends Versioned>({ version }: DeployedService, facts: readonly T[]): readonly T[] {
	return facts.filter((fact) => isIn(version, fact));
}

/** The members of the servlet ports, which have all of the product's own pages. */
export function servletMembers(service: DeployedService): readonly DeployedMember[] {
	return isKnown(service) ? service.members.filter(({ pool }) => pool.kind === "servlet") : [];
}

/** Those of them that have a path, by their roles. A path that no client may use has no pool, so it could be any. */
export function servletMembersWith(deployment: Deployment, service: DeployedService, nodePath: string): readonly DeployedMember[] {
	const { route } = decisionFor(deployment, authorityOf(service), publicPathOf(service, nodePath));
	const pool = deployment.plan.pools[route?.plan.pool ?? -1];
	return servletMembers(service).filter((member) => pool === undefined || member.pool === pool);
}

/** Host and port of the public endpoint, as a browser names it. */
export function authorityOf({ plan }: DeployedService): string {
	return plan.hosts[0] ?? "";
}

/** The public path of a path of the node. */
export function publicPathOf({ plan }: DeployedService, nodePath: string): string {
	return toPublicPath(plan.mappings, nodePath) ?? nodePath;
}

/** The public URL of a path of the node. */
export function publicUrlOf(service: DeployedService, nodePath: string): string {
	return service.plan.publicOrigin + publicPathOf(service, nodePath);
}

/** The decision about a GET of a public path, for an arbitrary client address. */
export function decisionFor({ rules, plan }: Deployment, authority: string, path: string): Decision<CompiledRoute> {
	const client = { address: EXAMPLE_CLIENT, secure: plan.publicOrigin.startsWith("https:"), requestId: null, host: null, prefix: "" };
	const head = { method: "GET", target: path, version: 1, headers: new HeaderList() };
	return decide(rules, admitted(head, 0, null, client, "", authority, path, ""), null, 0);
}

/**
 * The outcome of a client's request to a URL. `served`: a route of this service accepts it, at least for some clients. `bare`: it lacks the
 * prefix, but Portico finds the service for browsers with a session or login (route/bareContexts.ts). `unrouted`: Portico's host, but not a path of this service.
 */
export type Reach = "served" | "bare" | "refused" | "unrouted" | "elsewhere" | "malformed";

export function reachOf(deployment: Deployment, service: DeployedService, url: string): Reach {
	const parsed = URL.parse(url);
	if (parsed === null) return "malformed";
	if (!service.plan.publicOrigin.startsWith(`${parsed.protocol}//`) || !hostsOf(deployment, service).includes(parsed.host))
		return "elsewhere";
	const decision = decisionFor(deployment, parsed.host, parsed.pathname);
	if (isOf(service, decision)) return isServed(decision) ? "served" : "refused";
	const prefixed = decisionFor(deployment, parsed.host, publicPathOf(service, parsed.pathname));
	return isOf(service, prefixed) && prefixed.route?.plan.bare === true ? "bare" : "unrouted";
}

/** Its own hosts, and those of its kinds of traffic and tenants. */
export function hostsOf({ plan }: Deployment, service: DeployedService): readonly string[] {
	return plan.services.flatMap(({ name, hosts }) => (name === service.plan.name ? hosts : []));
}

/** Rules that refuse some clients, or all for a time. */
const FOR_SOME: ReadonlySet<string> = new Set(["access.restricted", "access.allow", "access.deny", "maintenance.on"]);

/** At least for some clients, or at other times. */
export function isServed(decision: Decision<CompiledRoute>): boolean {
	return decision.kind !== "refused" || FOR_SOME.has(decision.rule);
}

function isOf(service: DeployedService, { route }: Decision<CompiledRoute>): boolean {
	return route?.service.name === service.plan.name;
}
