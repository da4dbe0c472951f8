/** Runs one exchange through the code between the two sockets, in the order of the data path. */

import { randomFillSync } from "node:crypto";
import { affinityKey } from "../../src/affinity/cookieValue.ts";
import { RouteAffinity } from "../../src/affinity/routeAffinity.ts";
import { sessionIds } from "../../src/affinity/sessionIds.ts";
import { loadText } from "../../src/config/load.ts";
import type { HeaderList } from "../../src/http/headers.ts";
import { HostKeys } from "../../src/http/hostKeys.ts";
import type { BodyLength, RequestHead, ResponseHead } from "../../src/http/message.ts";
import { parseTarget } from "../../src/http/uri.ts";
import { frameRequest, frameResponse } from "../../src/http1/frame.ts";
import { RequestParser } from "../../src/http1/requestParser.ts";
import { ResponseParser } from "../../src/http1/responseParser.ts";
import { requestHeadText, responseHeadText } from "../../src/http1/serialize.ts";
import { compileFormat } from "../../src/log/logFormat.ts";
import type { ExchangeRecord } from "../../src/log/record.ts";
import type { AffinityPlan } from "../../src/plan/affinity.ts";
import type { MemberPlan } from "../../src/plan/member.ts";
import type { Plan } from "../../src/plan/plan.ts";
import type { ServicePlan } from "../../src/plan/service.ts";
import { CookieNames } from "../../src/rewrite/cookieNames.ts";
import { LeakRules } from "../../src/rewrite/leaks.ts";
import { LeakWatch } from "../../src/rewrite/leakWatch.ts";
import { nodeQuery } from "../../src/rewrite/queryValues.ts";
import { prepareRequest } from "../../src/rewrite/requestHeaders.ts";
import { ResponseRewriter } from "../../src/rewrite/responseHeaders.ts";
import { trimCookies } from "../../src/rewrite/trimCookies.ts";
import { Router } from "../../src/route/router.ts";
import { AffinityTable } from "../../src/scoreboard/affinityTable.ts";

const CONFIG = `
public: https://sso.example.com
listeners: [ { address: 127.0.0.1:8080 } ]
secrets: { affinity: [ { id: bench, secret: 0123456789abcdef0123456789abcdef } ] }
services:
  is:
    product: wso2-is
    prefix: /is-
    transport: http
    nodes: [ { name: is-1, host: 10.0.0.11 }, { name: is-2, host: 10.0.0.12 } ]
  apim:
    product: wso2-apim
    prefix: /apim-
    transport: http
    nodes: [ { name: apim-1, host: 10.0.1.11 }, { name: apim-2, host: 10.0.1.12 } ]
  plain:
    product: http
    routes: [ { path: /plain, to: / } ]
    nodes: [ { name: p-1, url: http://10.0.2.11:8080 }, { name: p-2, url: http://10.0.2.12:8080 } ]
`;

/** How far a walk goes. */
export const STEPS = ["parsed", "routed", "prepared", "answered", "rewritten", "logged"] as const;

const WALL = Date.UTC(2026, 10, 30, 10);
const DATE = new Date(WALL).toUTCString();

export async function examplePlan(): Promise<Plan> {
	const loaded = await loadText("bench.yaml", CONFIG, {}, WALL);
	if (!("plan" in loaded)) throw new Error(JSON.stringify(loaded.problems));
	// As a worker gets it: the strings of a cloned plan are pieces of nothing else.
	return structuredClone(loaded.plan);
}

interface Message<Head> {
	readonly head: Head;
	readonly body: BodyLength;
}

const LIMITS = { headBytes: 65_536, headerFields: 128 };

/** Everything that lives as long as a snapshot. */
export class Walk {
	readonly #plan: Plan;
	readonly #router: Router;
	readonly #rewriter: ResponseRewriter;
	readonly #leaks: LeakRules;
	readonly #watch = new LeakWatch(() => {});
	readonly #hosts = new HostKeys();
	readonly #affinity = new Map<AffinityPlan, RouteAffinity>();
	readonly #format = compileFormat("combined", ["code", "sessiondatakey"]);
	readonly #requests: RequestParser;
	readonly #responses: ResponseParser;
	#request: Message<RequestHead> | null = null;
	#response: Message<ResponseHead> | null = null;

	constructor(plan: Plan) {
		this.#plan = plan;
		const ignored = { onBody: () => {}, onTrailers: () => {}, onEnd: () => {}, onInformational: () => {}, onSwitch: () => {} };
		this.#requests = new RequestParser(LIMITS, {
			...ignored,
			onHead: (head, body) => {
				this.#request = { head, body };
			},
		});
		this.#responses = new ResponseParser(LIMITS, {
			...ignored,
			onHead: (head, body) => {
				this.#response = { head, body };
			},
		});
		this.#router = Router.build(plan);
		this.#rewriter = ResponseRewriter.build(plan);
		this.#leaks = LeakRules.build(plan);
		const table = (): AffinityTable => new AffinityTable(AffinityTable.create(1024));
		const memory = { sessions: table(), flows: table(), learned: table(), secret: new Uint8Array(32) };
		const context = { memory, ring: plan.affinityKeys.map(affinityKey), newSession: sessionIds(randomFillSync) };
		for (const route of plan.routes) {
			if (route.affinity === null || this.#affinity.has(route.affinity)) continue;
			const service = this.#serviceOf(route.service);
			const members = plan.pools.filter((pool) => pool.service === route.service).flatMap((pool) => pool.members);
			const aliases = CookieNames.of(service).clientNames(route.affinity.name);
			const plans = members.map((member) => this.#memberOf(member));
			this.#affinity.set(route.affinity, new RouteAffinity(route.affinity, aliases, service, plans, context));
		}
	}

	/**
	 * Runs one exchange up to a step.
	 *
	 * @returns a number that depends on the results, so that no work is optimized away
	 */
	exchange(request: Buffer, response: Buffer, last: number): number {
		const { head, body } = this.#readRequest(request);
		const answer = this.#readResponse(response, head.method);
		if (last === 0) return head.headers.length;

		const { path, query } = parseTarget(head.method, head.target);
		const authority = this.#hosts.of(head.headers.get("host") ?? "", "https") ?? "";
		const decision = this.#router.decide({ authority, path, method: head.method, upgrade: null, clientAddress: "192.0.2.1" });
		if (decision.kind !== "route") throw new Error(`${head.target} goes to no node`);
		const { route } = decision;
		const service = this.#serviceOf(route.service);
		const nodeTarget = decision.nodePath + (route.queryValues === null ? query : nodeQuery(route.queryValues, query));
		if (route.pathRules === "servlet") trimCookies(head.headers, service, query);
		const affinity = route.affinity === null ? null : (this.#affinity.get(route.affinity) ?? null);
		const claim = affinity?.claimOf(head.headers, nodeTarget, WALL) ?? null;
		affinity?.keyOf(head.headers, "192.0.2.1");
		if (last === 1) return nodeTarget.length;

		const member = this.#memberOf(this.#plan.pools[route.pool]?.members[0] ?? 0);
		const client = { address: "192.0.2.1", secure: true };
		const prepared = prepareRequest(head, {
			route,
			service,
			member,
			client,
			authority,
			nodeTarget,
			requestId: "abcdef012345-1",
			prefixed: affinity?.prefixed ?? null,
			cookies: null,
		});
		frameRequest(prepared, body, null);
		const sent = requestHeadText(prepared).length;
		if (last === 2) return sent;

		const kept = affinity?.answered(claim, head.method, nodeTarget, answer.head, member, WALL) ?? null;
		if (last === 3) return sent + (kept?.setCookie?.length ?? 0);

		const rewritten = this.#rewriter.rewrite(answer.head, answer.body, {
			route,
			service,
			authority,
			method: head.method,
			date: DATE,
			affinity: kept,
			requestHeaders: head.headers,
			endedCookies: [],
			bare: false,
		});
		this.#watch.look(this.#leaks, this.#plan, route, rewritten, answer.body, false);
		frameResponse(rewritten, answer.body, { method: head.method, version: 1, keepAlive: true });
		const returned = responseHeadText(rewritten).length;
		if (last === 4) return sent + returned;
		return sent + returned + this.#format(recordOf(head, authority, rewritten.status, rewritten.headers, route.id, member.name)).length;
	}

	/** A cookie that keeps its client on the first node of a service. */
	cookieFor(name: string): string {
		const service = this.#plan.services.findIndex((each) => each.name === name);
		const route = this.#plan.routes.find((each) => each.service === service && each.affinity !== null);
		const affinity = route?.affinity == null ? undefined : this.#affinity.get(route.affinity);
		const member = this.#plan.members[this.#plan.pools[route?.pool ?? 0]?.members[0] ?? 0];
		if (affinity === undefined || member === undefined) throw new Error(`${name} has no affinity`);
		const { head } = this.#readResponse(Buffer.from("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), "GET");
		return affinity.answered(null, "GET", "/", head, member, WALL).setCookie?.replace(/;.*/, "") ?? "";
	}

	#readRequest(bytes: Buffer): Message<RequestHead> {
		this.#requests.execute(bytes);
		if (this.#request === null) throw new Error("not a whole head");
		return this.#request;
	}

	#readResponse(bytes: Buffer, method: string): Message<ResponseHead> {
		this.#responses.start(method, null);
		this.#responses.execute(bytes);
		if (this.#response === null) throw new Error("not a whole head");
		return this.#response;
	}

	#serviceOf(index: number): ServicePlan {
		const service = this.#plan.services[index];
		if (service === undefined) throw new Error(`no service ${index}`);
		return service;
	}

	#memberOf(index: number): MemberPlan {
		const member = this.#plan.members[index];
		if (member === undefined) throw new Error(`no member ${index}`);
		return member;
	}
}

function recordOf(
	{ method, target, headers: requestHeaders }: RequestHead,
	authority: string,
	status: number,
	responseHeaders: HeaderList,
	routeId: string,
	member: string,
): ExchangeRecord {
	return {
		startWall: WALL,
		duration: 1.5,
		clientAddress: "192.0.2.1",
		clientPort: 50_000,
		peerAddress: "192.0.2.1",
		method,
		target,
		version: 1,
		authority,
		status,
		upstreamStatus: status,
		bytesOut: 22,
		bytesIn: 0,
		requestHeaders,
		responseHeaders,
		user: "",
		requestId: "abcdef012345-1",
		routeId,
		member,
		attempts: 1,
		error: null,
		rule: null,
		phase: "relayed",
		firstByte: 1,
		scheme: "https",
		tlsVersion: "TLSv1.3",
		requestLine: null,
		requestIndex: 3,
		keptAlive: true,
	};
}
