/**
 * THE DATA PATH. One exchange from its first line to its record, in order:
 *
 *   received → admitted → routed → assigned → prepared → (connected → sent → answered)×attempts → rewritten → relayed → recorded
 *
 * The same words are in the log, the metrics, the errors and docs/explanation/request-life.md. What an exchange is made of is in exchange/; parsing,
 * framing, time limits and policies are elsewhere. This file only says what happens next.
 */
import { Placement, type PlacementOwner } from "./balance/placement.ts";
import type { MemberStream } from "./balance/pool.ts";
import type { TurnClock } from "./clock.ts";
import { type Phase, PorticoError } from "./errors.ts";
import { Attempt, type AttemptOwner } from "./exchange/attempt.ts";
import { affinityOf, beginResponse } from "./exchange/clientResponse.ts";
import type { CompiledOwnRoute, OwnResponse } from "./exchange/compiledOwnRoute.ts";
import { decide, type Refused, type Routed } from "./exchange/decide.ts";
import { askGates, type GateVerdict, type SignedIn } from "./exchange/fullGate.ts";
import { addOwnHeaders, requestFor, responseContext } from "./exchange/heads.ts";
import { misdirected } from "./exchange/misdirected.ts";
import type { ExchangeObserver } from "./exchange/observer.ts";
import {
	type ErrorRecipient,
	errorPage,
	isProbe,
	probeAnswer,
	redirectToHttps,
	sendOwnResponse,
	serverOptions,
} from "./exchange/ownResponse.ts";
import { recordOf } from "./exchange/record.ts";
import { type AdmittedRequest, admit, type Client, identify } from "./exchange/request.ts";
import { RequestBody } from "./exchange/requestBody.ts";
import { type ResponseBody, type ResponseOwner, StagedBody } from "./exchange/response.ts";
import type { Route } from "./exchange/route.ts";
import type { OpenTunnel, TunnelOpener } from "./exchange/tunnelOpener.ts";
import { workClassOf } from "./exchange/workClass.ts";
import { httpDate } from "./http/date.ts";
import type { ErrorFields } from "./http/errorPage.ts";
import { isEventStream } from "./http/eventStream.ts";
import type { HeaderList } from "./http/headers.ts";
import type { HostKeys } from "./http/hostKeys.ts";
import type { BodyLength, RequestHead, ResponseHead } from "./http/message.ts";
import type { ByteBudget } from "./limit/byteBudget.ts";
import type { WorkClass } from "./limit/memoryLevel.ts";
import type { ClientStream, ExchangeEvents, ExchangeStarter } from "./listener/clientStream.ts";
import type { ProbePlan } from "./plan/listener.ts";
import { servedWithoutTls } from "./rewrite/httpsRedirect.ts";
import type { LeakWatch } from "./rewrite/leakWatch.ts";
import { rewriteSwitch } from "./rewrite/responseHeaders.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Connection } from "./transport/connection.ts";

/** Refuses new work while memory is short. */
export interface MemoryGate {
	/** Nothing is refused. */
	readonly isOpen: boolean;
	/** Whether such work is refused now; it is counted if so. */
	sheds(work: WorkClass): boolean;
}

/** What the data path needs of its worker. Lifetime: process. */
export interface ProxyContext {
	readonly clock: TurnClock;
	/** The snapshot in force; an exchange keeps the one it began with. */
	readonly active: { readonly snapshot: Snapshot };
	readonly hostKeys: HostKeys;
	readonly leaks: LeakWatch;
	/** For bodies that wait. */
	readonly bodies: ByteBudget;
	readonly memory: MemoryGate;
	readonly observer: ExchangeObserver;
	readonly tunnels: TunnelOpener;
	nextRequestId(): string;
}

export class Proxy implements ExchangeStarter {
	readonly #context: ProxyContext;

	constructor(context: ProxyContext) {
		this.#context = context;
	}

	begin(stream: ClientStream, head: RequestHead, body: BodyLength, upgrade: string | null): ExchangeEvents {
		const exchange = new Exchange(this.#context, stream, head, null, body);
		exchange.receive(head, body, upgrade);
		return exchange;
	}

	refuse(stream: ClientStream, error: PorticoError, requestLine: string | null): void {
		new Exchange(this.#context, stream, null, requestLine, 0).fail(error);
	}
}

const NO_FIELDS: ErrorFields = {};

/** Fields are null until the exchange has come that far. */
class Exchange implements ExchangeEvents, PlacementOwner<Routed<Route>>, AttemptOwner, ResponseOwner {
	readonly #context: ProxyContext;
	/** The one it was decided by. */
	#snapshot: Snapshot;
	readonly #stream: ClientStream;
	readonly #head: RequestHead | null;
	readonly #requestLine: string | null;
	readonly #client: Client;
	readonly #requestId: string;
	readonly #startedAt: number;
	readonly #body: RequestBody;
	#phase: Phase = "received";
	/** It counts, and is logged. */
	#observed = true;
	#request: AdmittedRequest | null = null;
	#route: Route | null = null;
	/** The user, where the route asks for one. */
	#signedIn: SignedIn | null = null;
	/** The redirect or fixed response that takes it. */
	#own: CompiledOwnRoute | null = null;
	#placement: Placement<Routed<Route>> | null = null;
	/** The last one. */
	#attempt: Attempt | null = null;
	#response: ResponseBody | null = null;
	#tunnel: OpenTunnel | null = null;
	/** Why the last attempt failed, or the exchange. */
	#error: PorticoError | null = null;

	constructor(context: ProxyContext, stream: ClientStream, head: RequestHead | null, requestLine: string | null, body: BodyLength) {
		this.#context = context;
		this.#snapshot = context.active.snapshot;
		this.#stream = stream;
		this.#head = head;
		this.#requestLine = requestLine;
		this.#client = identify(stream.peer, head, this.#snapshot.trustedProxies);
		this.#requestId = this.#client.requestId ?? context.nextRequestId();
		this.#startedAt = context.clock.now;
		this.#body = new RequestBody(stream, body, context.bodies);
	}

	// --- admitted: which client, for which host; nothing of the request is trusted before this

	receive(head: RequestHead, body: BodyLength, upgrade: string | null): void {
		const { probe } = this.#stream.peer;
		if (probe !== null && isProbe(probe, head.target)) return this.#answerProbe(probe, head.method);
		try {
			const request = admit(head, body, upgrade, this.#client, this.#requestId, this.#context.hostKeys);
			this.#request = request;
			this.#phase = "admitted";
			// It asks about the server as a whole, whatever host it names (RFC 9110 section 9.3.7).
			if (request.path === "*" && request.method === "OPTIONS") this.#respond(serverOptions());
			else if (this.#stream.peer.redirectToHttps) this.#redirect(request);
			else this.#decide(request, null);
		} catch (error) {
			this.#failWith(error);
		}
	}

	/** @throws PorticoError */
	#redirect(request: AdmittedRequest): void {
		const { plan } = this.#snapshot;
		const authority = servedWithoutTls(plan, this.#stream.peer.redirectExcept, request.authority, request.path);
		if (authority === null) return this.#respond(redirectToHttps(request, plan));
		this.#request = { ...request, authority };
		this.#decide(this.#request, null);
	}

	/** Before anything else is asked of the request: checkers send any Host, or none. */
	#answerProbe(probe: ProbePlan, method: string): void {
		const serves = !this.#stream.peer.listener.draining && this.#context.memory.isOpen && this.#snapshot.serves(probe.services);
		this.#observed = probe.log;
		this.#respond(probeAnswer(method, serves));
	}

	// --- routed: host, path, method, upgrade and sometimes the body choose one route, or a rule refuses the request

	#refusal({ code, rule }: Pick<Refused<unknown>, "code" | "rule">, request: AdmittedRequest): PorticoError {
		if (code !== "misdirected_request") return new PorticoError(code, { detail: rule });
		return misdirected(request, this.#snapshot.plan, this.#stream.peer.listener.name);
	}

	/** @param body all of it, or null while it has not arrived @throws PorticoError */
	#decide(request: AdmittedRequest, body: string | null): void {
		const snapshot = this.#snapshot;
		// A listener that redirects has no hosts of its own.
		const isBound = snapshot.isBound && !this.#stream.peer.redirectToHttps;
		const rules = isBound ? snapshot.rulesAt(this.#stream.peer.listener.name) : snapshot;
		const decision = decide(rules, request, body, this.#context.clock.wall);
		this.#route = decision.route;
		switch (decision.kind) {
			case "refused":
				return this.fail(this.#refusal(decision, request), decision.allow === null ? NO_FIELDS : { allow: decision.allow });
			case "own":
				this.#own = decision.own;
				this.#phase = "routed";
				return this.#respond(decision.own.respond(request));
			case "needsForm":
				if (decision.route !== null) this.#body.bound(decision.route.plan.maxBody, 0);
				return this.#body.whenWhole(() => this.#decideByBody(request));
			case "routed":
				this.#phase = "routed";
				return decision.route.gates.length === 0 ? this.#place(decision) : this.#askGates(decision);
		}
	}

	/** Gates that see the whole request may need time. Meanwhile no more than one read of its body is kept. */
	#askGates(routed: Routed<Route>): void {
		const verdict = askGates(routed.route.gates, routed.request, () => this.#phase !== "recorded");
		if (verdict instanceof Promise)
			verdict.then(
				(each) => this.#afterGates(routed, each),
				(cause) => this.#failWith(new PorticoError("proxy_internal_error", { cause })),
			);
		else this.#onVerdict(routed, verdict);
	}

	/** The client may have left meanwhile; after a reload other gates may stand there. */
	#afterGates(routed: Routed<Route>, verdict: GateVerdict): void {
		if (this.#phase === "recorded") return;
		this.#context.clock.read();
		try {
			if (this.#context.active.snapshot === this.#snapshot) this.#onVerdict(routed, verdict);
			else this.#decideAgain(routed.request);
		} catch (error) {
			this.#failWith(error);
		}
	}

	#onVerdict(routed: Routed<Route>, verdict: GateVerdict): void {
		if (verdict.kind === "refused") return this.fail(new PorticoError(verdict.code, { detail: verdict.rule }), verdict.fields);
		this.#signedIn = verdict.signedIn;
		this.#place({ ...routed, signedIn: verdict.signedIn });
	}

	#decideByBody(request: AdmittedRequest): void {
		try {
			this.#decide(request, this.#body.text);
		} catch (error) {
			this.#failWith(error);
		}
	}

	// --- assigned: the pool gives a stream to a member, at once or when one has a free slot; prepared: the node's own request is made

	#place(routed: Routed<Route>): void {
		const { pool, plan } = routed.route;
		if (pool === null) throw new PorticoError("no_eligible_member");
		if (!this.#context.memory.isOpen) this.#shed(routed);
		const placement = new Placement(pool, routed, this);
		this.#placement = placement;
		this.#body.bound(plan.maxBody, placement.repeatable ? plan.retry.keepBody : 0);
		pool.countRequest(this.#context.clock.wall);
		if (routed.request.bodyLength === 0) placement.seek();
		// A slow body waits in Portico and holds no slot at a node.
		else this.#body.whenReady(this.#snapshot.plan.limits.requestBuffer, () => this.#seek(placement));
	}

	/** @throws PorticoError if memory is too short for such a request */
	#shed(routed: Routed<Route>): void {
		const work = workClassOf(routed);
		if (this.#context.memory.sheds(work)) throw new PorticoError(work === "upload" ? "overloaded_upload" : "overloaded");
	}

	/** A reload while the body waited: what was decided may be gone. */
	#seek(placement: Placement<Routed<Route>>): void {
		if (this.#context.active.snapshot === this.#snapshot) return placement.seek();
		try {
			this.#decideAgain(placement.routed.request);
		} catch (error) {
			this.#failWith(error);
		}
	}

	/** @throws PorticoError */
	#decideAgain(request: AdmittedRequest): void {
		this.#snapshot = this.#context.active.snapshot;
		this.#decide(request, this.#body.isWhole ? this.#body.text : null);
	}

	onAssigned(placement: Placement<Routed<Route>>, stream: MemberStream): void {
		this.#phase = "assigned";
		const attempt = new Attempt(this, placement, stream, this.#context.clock);
		this.#attempt = attempt;
		let head: RequestHead;
		try {
			head = requestFor(attempt.routed, attempt.member.plan);
		} catch (error) {
			return this.#failWith(error);
		}
		this.#phase = "prepared";
		attempt.start(head);
	}

	onUnplaced(error: PorticoError): void {
		// Why the last attempt failed says more than that no other member is left.
		this.fail(this.#error !== null && error.code === "no_eligible_member" ? this.#error : error);
	}

	// --- connected, sent

	onConnected(attempt: Attempt): void {
		this.#phase = "connected";
		this.#body.sendTo(attempt);
		if (this.#phase === "connected" && attempt.sentAt !== -1) this.#phase = "sent";
	}

	onRequestBody(chunk: Buffer): void {
		if (this.#phase === "recorded") return;
		try {
			this.#body.add(chunk);
		} catch (error) {
			this.#failWith(error);
		}
	}

	onRequestEnd(trailers: HeaderList | null): void {
		if (this.#phase === "recorded") return;
		this.#body.end(trailers);
		if (this.#phase === "connected") this.#phase = "sent";
	}

	onRequestFlush(): void {
		if (this.#phase !== "recorded") this.#body.flush();
	}

	onUpstreamDrain(): void {
		this.#body.resume();
	}

	// --- answered, rewritten

	onInformational(attempt: Attempt, head: ResponseHead): void {
		// 100 was sent here, before the request body was let through.
		if (head.status === 100) return;
		const context = responseContext(attempt.routed, null, httpDate(this.#context.clock.wall), false);
		this.#stream.sendInformational(this.#snapshot.rewriter.rewrite(head, 0, context));
	}

	onResponse(attempt: Attempt, head: ResponseHead, body: BodyLength): void {
		if (attempt.routed.route.plan.retry.statuses.includes(head.status) && this.#leave(attempt, "http_response_status")) return;
		this.#phase = "answered";
		// Earlier attempts may have failed; the exchange has not.
		this.#error = null;
		if (body < 0 && isEventStream(head.headers)) attempt.placement.onEventStream();
		try {
			this.#response = beginResponse(attempt, head, body, this.#stream, this, this.#snapshot, this.#context);
		} catch (error) {
			return this.#failWith(error);
		}
		this.#phase = "rewritten";
	}

	// --- relayed

	onResponseBody(chunk: Buffer): boolean {
		return this.#response === null || this.#response.write(chunk);
	}

	onResponseFlush(): boolean {
		return this.#response === null ? this.#stream.flush() : this.#response.flush();
	}

	onClientDrain(): void {
		if (this.#response === null || this.#response.resume()) this.#attempt?.resume();
	}

	onResponseDrain(): void {
		this.#attempt?.resume();
	}

	onResponseEnd(trailers: HeaderList | null): void {
		this.#response?.end(trailers);
	}

	onResponseReady(trailers: HeaderList | null): void {
		const head = this.#response?.head ?? null;
		if (this.#attempt !== null) this.#context.observer.attemptResponded(this.#attempt);
		this.#phase = "relayed";
		this.#record(head, head?.status ?? 0, this.#stream.bytesIn, this.#stream.bytesOut);
		this.#stream.sendEnd(trailers);
	}

	onSwitched(attempt: Attempt, head: ResponseHead, upstream: Connection, rest: Buffer | null): void {
		const { request, route } = attempt.routed;
		this.#phase = "answered";
		this.#error = null;
		this.#context.observer.attemptResponded(attempt);
		const { wall } = this.#context.clock;
		const affinity = route.affinity === null ? null : affinityOf(route.affinity, attempt, head, wall);
		const sent = rewriteSwitch(head, responseContext(attempt.routed, affinity, httpDate(wall), false));
		const {
			connection: client,
			rest: fromClient,
			ended: clientEnded,
		} = this.#stream.switchProtocols(sent, head.headers.get("upgrade") ?? "");
		this.#phase = "relayed";
		const sides = { protocol: request.upgrade ?? "", client, fromClient, clientEnded, upstream, fromUpstream: rest };
		this.#tunnel = this.#context.tunnels.open(sides, route.timeouts.tunnelIdle, ({ fromClient, toClient, idle }) => {
			attempt.sentBytes += fromClient;
			attempt.receivedBytes += toClient;
			if (idle) this.#error = new PorticoError("tunnel_timeout");
			this.#record(sent, sent.status, fromClient, toClient);
		});
	}

	// --- when an attempt fails

	onAttemptError(attempt: Attempt, error: PorticoError): void {
		if (this.#phase === "recorded") return;
		const { placement, member } = attempt;
		const decision = placement.decideRetry(attempt.failedBy(error.code), this.#body.replayable, this.#response !== null);
		// What never reached a member costs the deployment nothing: the budget is for work that is done twice. Neither does a kept connection that
		// its member closed: one that is dead refuses the next one, and all that it had in flight moves at once.
		const free = decision.retry && (!attempt.begun || decision.at === "same");
		const retried = free || (decision.retry && placement.pool.mayRetry(this.#context.clock.wall));
		this.#context.observer.attemptFailed(attempt, error, retried);
		if (retried) return this.#retry(attempt, error, decision.at === "same" ? member : null);
		if (!decision.retry) return this.fail(error);
		this.fail(new PorticoError(error.code, { member: member.name, detail: "retry-budget-spent", cause: error }));
	}

	onMemberDown(attempt: Attempt): void {
		this.#leave(attempt, "member_down");
	}

	/** Moves to another member if that is possible; otherwise goes on with this one. */
	#leave(attempt: Attempt, code: "member_down" | "http_response_status"): boolean {
		const { placement, member } = attempt;
		const { pool, tried } = placement;
		if (!placement.decideRetry(attempt.failedBy(code), this.#body.replayable, this.#response !== null).retry) return false;
		if (!pool.hasOther(tried) || !pool.mayRetry(this.#context.clock.wall)) return false;
		const error = new PorticoError(code, { member: member.name });
		this.#context.observer.attemptFailed(attempt, error, true);
		attempt.abort();
		this.#retry(attempt, error, null);
		return true;
	}

	/** @param same the member once more, on a new connection; null: another one */
	#retry(attempt: Attempt, error: PorticoError, same: Attempt["member"] | null): void {
		this.#error = error;
		// More of the body may come before there is another stream.
		this.#body.detach();
		attempt.end();
		attempt.placement.retry(same);
	}

	onAttemptEnded(attempt: Attempt): void {
		this.#context.observer.attemptEnded(attempt);
		attempt.placement.pool.release(attempt.member, attempt.placement);
	}

	get slowPace(): number | null {
		if (this.#tunnel !== null) return this.#tunnel.isSilent ? 0 : null;
		return this.#stream.slowPace;
	}

	// --- when the exchange fails

	onRequestError(error: PorticoError): void {
		this.fail(error);
	}

	onResponseBroken(cause: Error): void {
		const attempt = this.#attempt;
		if (this.#phase === "recorded" || attempt === null) return;
		this.#context.clock.read();
		const code = cause instanceof PorticoError ? cause.code : "http_response_content_coding";
		const error = new PorticoError(code, { cause, member: attempt.member.name });
		this.#context.observer.attemptFailed(attempt, error, false);
		this.fail(error);
	}

	onClientGone(): void {
		if (this.#phase === "recorded") return;
		this.#stop();
		this.#error = new PorticoError("client_gone");
		const head = this.#response?.head ?? null;
		this.#record(head, head?.status ?? this.#error.row.status, this.#stream.bytesIn, this.#stream.bytesOut);
	}

	#failWith(error: unknown): void {
		if (!(error instanceof PorticoError)) throw error;
		this.fail(error);
	}

	/** Ends the exchange with an error page, or by cutting the connection if part of the response has left. */
	fail(error: PorticoError, fields: ErrorFields = NO_FIELDS): void {
		if (this.#phase === "recorded") return;
		this.#stop();
		this.#error = error;
		if (this.#tunnel !== null) return this.#tunnel.close();
		const head = this.#response?.head ?? null;
		// A response that broke in the same read as its head has not left yet: the client can still get an error page.
		if (head === null || this.#stream.retractHead()) {
			return this.#respond(errorPage(error, this.#recipient(fields)));
		}
		this.#record(head, head.status, this.#stream.bytesIn, this.#stream.bytesOut);
		this.#stream.abort();
	}

	#recipient(fields: ErrorFields): ErrorRecipient {
		const host = this.#request?.authority ?? null;
		return {
			accept: this.#head?.headers.get("accept"),
			requestId: this.#requestId,
			host: host ?? "",
			fields,
			pages: this.#route === null ? this.#snapshot.pagesAt(host) : this.#route.pages.errors,
			maintenance: this.#route?.pages.maintenance ?? null,
		};
	}

	#stop(): void {
		this.#placement?.leave();
		this.#attempt?.abort();
		this.#body.detach();
	}

	/** A response of Portico's own. */
	#respond(own: OwnResponse): void {
		const [stream, route, { head }] = [this.#stream, this.#route ?? this.#own, own];
		const request = this.#request ?? { client: this.#client, authority: "", requestId: this.#requestId, path: "" };
		// Those of the route that the request was for, else of the file.
		addOwnHeaders(head.headers, (route ?? this.#snapshot).responseRules, request, route, this.#signedIn);
		sendOwnResponse(stream, own, this.#head?.method === "HEAD", httpDate(this.#context.clock.wall));
		this.#record(head, head.status, stream.bytesIn, stream.bytesOut);
		stream.sendEnd(null);
	}

	// --- recorded: every exchange ends here, once

	#record(response: ResponseHead | null, status: number, bytesIn: number, bytesOut: number): void {
		const { clock, observer } = this.#context;
		// The turn has just begun, unless a body was rewritten in it.
		if (this.#response instanceof StagedBody) clock.read();
		const phase = this.#phase;
		this.#phase = "recorded";
		if (this.#request?.bodyLength !== 0) this.#body.close();
		this.#response?.close();
		this.#attempt?.end();
		if (!this.#observed) return;
		const record = recordOf({
			stream: this.#stream,
			requestLine: this.#requestLine,
			head: this.#head,
			client: this.#client,
			requestId: this.#requestId,
			request: this.#request,
			signedIn: this.#signedIn,
			routeId: (this.#route ?? this.#own)?.plan.id ?? "",
			attempt: this.#attempt,
			attempts: this.#placement?.attempts ?? 0,
			response,
			status,
			bytesIn,
			bytesOut,
			phase,
			error: this.#error,
			startedAt: this.#startedAt,
			endedAt: clock.now,
			wall: clock.wall,
		});
		observer.exchangeEnded(record, this.#error);
	}
}
