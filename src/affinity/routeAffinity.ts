import { keyHash } from "../balance/hash.ts";
import { NO_KEY } from "../balance/picker.ts";
import { requestKey } from "../balance/requestKey.ts";
import type { HeaderList } from "../http/headers.ts";
import type { BodyLength, RequestHead, ResponseHead } from "../http/message.ts";
import type { AffinityPlan } from "../plan/affinity.ts";
import type { MemberPlan } from "../plan/member.ts";
import type { KeySource } from "../plan/pool.ts";
import type { ServicePlan } from "../plan/service.ts";
import { type ClaimReader, type CookieAliases, JvmRoute, LearnedCookie, PrefixedCookie, setValue } from "./appCookie.ts";
import type { AffinityClaim } from "./claim.ts";
import { CookieAffinity } from "./cookieAffinity.ts";
import { type AffinityKey, nodeIdOf } from "./cookieValue.ts";
import { Flows } from "./flows.ts";
import { type AffinityMemory, KeyMaker } from "./memory.ts";

/** What affinity needs of its worker. */
export interface AffinityContext {
	readonly memory: AffinityMemory;
	/** The first one signs, all are read. */
	readonly ring: readonly AffinityKey[];
	/** 16 hexadecimal digits that never came before. */
	readonly newSession: () => string;
}

/** What affinity does to the cookies of a response. */
export interface ResponseAffinity {
	/** Set-Cookie value of our own, or null. */
	readonly setCookie: string | null;
	/** Name of the cookie of our own that the node may set, or null. */
	readonly preserved: string | null;
	/** Name of the application's cookie whose values get {@link prefix}, or null. */
	readonly prefixed: string | null;
	readonly prefix: string;
}

const NOTHING: ResponseAffinity = { setCookie: null, preserved: null, prefixed: null, prefix: "" };

/** Keeps the clients of all routes that have the same affinity settings on their nodes, by whatever means these say. Lifetime: snapshot, in one worker. Hot path. */
export class RouteAffinity {
	readonly plan: AffinityPlan;
	/** Name of the application's cookie whose values get a prefix, or null. */
	readonly prefixed: string | null;
	readonly #context: AffinityContext;
	readonly #memberIds: ReadonlyMap<string, number>;
	readonly #cookie: CookieAffinity | null;
	readonly #prefix: PrefixedCookie | null;
	readonly #learned: LearnedCookie | null;
	readonly #reader: ClaimReader | null;
	readonly #hash: KeySource | null;
	readonly #flows: Flows | null;

	/** @param aliases of the cookie that the application calls `plan.name` @param members of the service */
	constructor(plan: AffinityPlan, aliases: CookieAliases, service: ServicePlan, members: readonly MemberPlan[], context: AffinityContext) {
		const { memory, ring, newSession } = context;
		const { mode, name } = plan;
		const nodes = [...new Set(members.map(({ node }) => node))];
		const keys = new KeyMaker(memory.secret, service.name);
		const nodesById = new Map(members.map((member) => [keyHash(member.name), member.node]));
		const nodeOf = (id: number): string | undefined => nodesById.get(id);
		const secure = service.publicOrigin.startsWith("https:");
		this.plan = plan;
		this.#context = context;
		this.#memberIds = new Map(members.map((member) => [member.name, keyHash(member.name)]));
		this.#cookie = mode === "cookie" ? new CookieAffinity(service.name, plan, nodes, ring, secure, keys, newSession) : null;
		const idsOf = (node: string): string[] => ring.map((key) => nodeIdOf(key, service.name, node));
		this.#prefix = mode === "prefix" ? new PrefixedCookie(aliases, new Map(nodes.map((node) => [node, idsOf(node)])), keys) : null;
		this.prefixed = mode === "prefix" ? name : null;
		this.#learned = mode === "learn" ? new LearnedCookie(aliases, name, memory, keys, nodeOf) : null;
		const routes = new Map(members.map(({ route, node }) => [route, node]));
		this.#reader = this.#cookie ?? this.#prefix ?? this.#learned ?? (mode === "jvmRoute" ? new JvmRoute(aliases, routes, keys) : null);
		this.#hash = mode === "client" ? { from: "client" } : mode === "header" ? { from: "header", name } : null;
		this.#flows = plan.flows ? new Flows(service.logins, memory.flows, keys, nodeOf) : null;
	}

	/**
	 * The node that the request says its client belongs to; null: any will do.
	 *
	 * @param target path and query @param wall milliseconds since the epoch
	 */
	claimOf(headers: HeaderList, target: string, wall: number): AffinityClaim | null {
		return this.#reader?.claimOf(headers, wall) ?? this.#flows?.claimOf(target, wall) ?? null;
	}

	/** Whether the login under way that the target names was begun at the service. @param wall milliseconds since the epoch */
	ownsFlow(target: string, wall: number): boolean {
		return this.#flows !== null && this.#flows.claimOf(target, wall) !== null;
	}

	/** As {@link ownsFlow}, of an urlencoded body. */
	ownsForm(form: string, wall: number): boolean {
		return this.#flows !== null && this.#flows.claimOfForm(form, wall) !== null;
	}

	/** Whether the request has a cookie that mode `cookie` has issued for the service; null in other modes, whose cookies are bound to paths. */
	hasCookie(headers: HeaderList, wall: number): boolean | null {
		return this.#cookie === null ? null : this.#cookie.claimOf(headers, wall) !== null;
	}

	/** A request without a claim whose body may hold one. */
	isInBody({ method, headers }: RequestHead, body: BodyLength): boolean {
		return this.#flows?.isInBody(method, headers, body) === true;
	}

	/** @param body all of it, one character for each byte @param wall milliseconds since the epoch */
	claimOfBody({ headers }: RequestHead, body: string, wall: number): AffinityClaim | null {
		return this.#flows?.claimOfBody(headers, body, wall) ?? null;
	}

	/** Modes `client` and `header`: the key that picks a member; NO_KEY in the others, and without that header. */
	keyOf(headers: HeaderList, client: string): number {
		return this.#hash === null ? NO_KEY : requestKey(this.#hash, headers, "", client);
	}

	/**
	 * A member gives its final response to a request.
	 *
	 * @param claim what the request said @param target path and query @param answer as the member sent it
	 * @param wall milliseconds since the epoch
	 */
	answered(
		claim: AffinityClaim | null,
		method: string,
		target: string,
		answer: ResponseHead,
		member: MemberPlan,
		wall: number,
	): ResponseAffinity {
		const { memory } = this.#context;
		const id = this.#memberIds.get(member.name) ?? -1;
		const second = Math.floor(wall / 1000);
		const until = second + Math.ceil(this.plan.sessionIdle / 1000);
		const session = claim?.session ?? null;
		if (session !== null) memory.sessions.put(session, id, second, until);
		this.#learned?.learn(claim, answer.headers, id, second, until);
		if (this.#flows !== null) this.#flows.answered(claim, target, answer.status, redirectOf(answer), id, wall);
		if (this.#prefix !== null) return { ...NOTHING, prefixed: this.prefixed, prefix: this.#prefix.prefixOf(member.node) };
		if (this.#cookie === null) return NOTHING;
		if (this.plan.preserve && setsCookie(answer.headers, this.plan.name)) {
			if (session !== null) memory.sessions.drop(session);
			return { ...NOTHING, preserved: this.plan.name };
		}
		const setCookie = this.#cookie.setCookie(claim, member.node, method, wall);
		return setCookie === null ? NOTHING : { ...NOTHING, setCookie };
	}
}

function redirectOf({ status, headers }: ResponseHead): string | null {
	return status >= 300 && status < 400 ? (headers.get("location") ?? null) : null;
}

function setsCookie(headers: HeaderList, name: string): boolean {
	for (let index = 0; index < headers.length; index++) {
		if (headers.keyAt(index) === "set-cookie" && setValue(headers.valueAt(index), name) !== null) return true;
	}
	return false;
}
