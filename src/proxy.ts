/**
 * THE DATA PATH. One exchange from its first line to its record, in order:
 *
 *   received → admitted → routed → assigned → prepared → (connected → sent → answered)×attempts → rewritten → relayed → recorded
 *
 * The same words stand in the log, the metrics, the errors and docs/architecture.md. Parsing, time limits and policy live elsewhere; this
 * file only tells what happens next. It is long so that the story is in one place.
 */

import { isShortForm } from "./affinity/flows.ts";
import type { AnswerAffinity, RouteAffinity } from "./affinity/routeAffinity.ts";
import { NO_KEY } from "./balance/picker.ts";
import { type Placed, Placement } from "./balance/placement.ts";
import { requestKey } from "./balance/requestKey.ts";
import { BodyPipe, type PipeOwner } from "./body/bodyPipe.ts";
import { type AnswerPlan, type BodyRules, withLength } from "./body/bodyRules.ts";
import type { Clock } from "./clock.ts";
import { type ErrorCode, type Phase, PorticoError } from "./errors.ts";
import { type Verdict, verdictOfError, verdictOfStatus } from "./health/verdict.ts";
import { errorResponse } from "./http/errorPage.ts";
import { clientAddress, requestIdFrom } from "./http/forwarded.ts";
import { gather } from "./http/gather.ts";
import { HeaderList } from "./http/headers.ts";
import { upgradeProtocol } from "./http/hopByHop.ts";
import type { HostKeys } from "./http/hostKeys.ts";
import { BODY_CHUNKED, type BodyLength, type RequestHead, type ResponseHead } from "./http/message.ts";
import { authorityKey, parseTarget } from "./http/uri.ts";
import { CHUNK_TAIL, chunkHead, lastChunk, requestHeadText } from "./http1/serialize.ts";
import type { ClientStream, ExchangeEvents, ExchangeStarter } from "./listener/clientStream.ts";
import type { ExchangeRecord } from "./log/record.ts";
import type { RoutePlan } from "./plan/route.ts";
import type { ServicePlan } from "./plan/service.ts";
import { httpsOriginOf } from "./rewrite/httpsRedirect.ts";
import type { LeakSample, LeakWatch } from "./rewrite/leakWatch.ts";
import { type FittedCookies, fitCookies, isPiledUp } from "./rewrite/oldLogins.ts";
import { prepareRequest } from "./rewrite/requestHeaders.ts";
import { type IncomingContext, rewriteSwitch } from "./rewrite/responseHeaders.ts";
import type { BareRequest } from "./route/bareContexts.ts";
import type { RouteDecision } from "./route/router.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Connection } from "./transport/connection.ts";
import type { AttemptEvents } from "./upstream/attempt.ts";
import type { UpstreamConnection } from "./upstream/http1/connection.ts";
import type { UpstreamMember } from "./upstream/member.ts";
import type { RetryDecision } from "./upstream/retryRule.ts";

/** What the data path needs of its worker. Lifetime: process. */
export interface ProxyContext {
	readonly clock: Clock;
	/** The current one; an exchange keeps the one it began with. */
	readonly snapshot: Snapshot;
	readonly hostKeys: HostKeys;
	nextRequestId(): string;
	/** An IMF-fixdate. */
	date(): string;
	/**
	 * @param sent bytes of bodies, to the member and from it
	 * @param latency milliseconds from its being assigned to its answer's first byte; -1: no answer
	 */
	attemptEnds(member: UpstreamMember, sent: number, received: number, latency: number): void;
	/** What an attempt says about the member's health; told once, and not at all where it says nothing. */
	attemptJudged(member: UpstreamMember, verdict: Verdict): void;
	/** An attempt failed; told before it is known whether another one follows. */
	attemptFailed(error: PorticoError): void;
	readonly leaks: LeakWatch;
	/** Another attempt follows. */
	retried(): void;
	/** Joins the two sides of an upgraded exchange; `onEnd` comes once, with the bytes each side sent. */
	openTunnel(sides: TunnelSides, idleMs: number, onEnd: (fromClient: number, toClient: number, idle: boolean) => void): void;
	record(record: ExchangeRecord): void;
}

export interface TunnelSides {
	/** What was upgraded to, lower case: `websocket`. */
	readonly protocol: string;
	readonly client: Connection;
	readonly fromClient: Buffer | null;
	readonly upstream: Connection;
	readonly fromUpstream: Buffer | null;
	/** The client has closed its side already. */
	readonly clientEnded: boolean;
}

const NO_COOKIES: readonly string[] = [];
/** Methods that have no business being repeated elsewhere. */
const UNREDIRECTABLE: ReadonlySet<string> = new Set(["CONNECT", "TRACE", "TRACK"]);
/** Interim answers relayed per exchange; a member that sends more is broken. */
const MAX_INFORMATIONAL = 10;
/** Seconds after which a client may come back to a 503. */
const RETRY_AFTER = 5;

export class Proxy implements ExchangeStarter {
	readonly #context: ProxyContext;

	constructor(context: ProxyContext) {
		this.#context = context;
	}

	begin(stream: ClientStream, head: RequestHead, body: BodyLength): ExchangeEvents {
		const exchange = new Exchange(this.#context, stream, head, body);
		exchange.start();
		return exchange;
	}

	refuse(stream: ClientStream, error: PorticoError, requestLine: string | null): void {
		new Exchange(this.#context, stream, null, 0, requestLine).fail(error);
	}
}

class Exchange implements ExchangeEvents, AttemptEvents, PipeOwner, Placed {
	readonly #context: ProxyContext;
	readonly #snapshot: Snapshot;
	readonly #stream: ClientStream;
	readonly #head: RequestHead | null;
	readonly #body: BodyLength;
	readonly #requestLine: string | null;
	readonly #startedAt: number;

	#phase: Phase = "received";
	#clientAddress = "";
	#secure = false;
	#trusted = false;
	#authority = "";
	#requestId = "";
	#upgrade: string | null = null;
	#route: RoutePlan | null = null;
	#service: ServicePlan | null = null;
	#nodeTarget = "";
	/** Set where its cookies were more than a node takes. */
	#fitted: FittedCookies | null = null;
	/** What keeps the route's clients on a node. */
	#affinity: RouteAffinity | null = null;
	/** Where it goes; null until it has a route. */
	#placement: Placement | null = null;
	/** Which node the client belongs to has to be looked for in the body, which is not complete yet. */
	#claimInBody = false;
	/** What is asked for, while the form that tells whose it is has not come. */
	#unrouted: { readonly path: string; readonly query: string } | null = null;
	/** The query, while the form that tells which login is under way has not come: the cookies of others may have to go. */
	#unfitted: string | null = null;

	#member: UpstreamMember | null = null;
	#connection: UpstreamConnection<UpstreamMember> | null = null;
	#starting = true;

	/** Request body that arrived before a member could take it, or that another attempt may need. Null: some of it is gone. */
	#kept: Buffer[] | null = [];
	#keptBytes = 0;
	#bodyBytes = 0;
	#requestEnded = false;
	#requestTrailers: HeaderList | null = null;
	#connected = false;
	#requestSent = false;
	#inFlight = false;

	#informational = 0;
	#answer: ResponseHead | null = null;
	/** Set where the answer's body is looked at. */
	#sample: LeakSample | null = null;
	#upstreamStatus = 0;
	#attemptAt = 0;
	#firstByteAt = -1;
	/** It came without its service's prefix. */
	#bare = false;
	/** On routes whose bodies are rewritten. */
	#bodies: BodyRules | null = null;
	/** The body that is being rewritten. */
	#pipe: BodyPipe | null = null;
	#error: PorticoError | null = null;
	#rule: string | null = null;
	#over = false;

	constructor(context: ProxyContext, stream: ClientStream, head: RequestHead | null, body: BodyLength, requestLine: string | null = null) {
		this.#context = context;
		this.#snapshot = context.snapshot;
		this.#stream = stream;
		this.#head = head;
		this.#body = body;
		this.#requestLine = requestLine;
		this.#startedAt = context.clock.now();
		this.#requestEnded = body === 0;
		this.#secure = stream.peer.secure;
		this.#clientAddress = stream.peer.address;
	}

	start(): void {
		const head = this.#head as RequestHead;
		try {
			const { path, query } = this.#admit(head);
			if (this.#stream.peer.redirectToHttps) this.#redirectToHttps(head, path + query);
			else if (this.#routeTo(head, path, query, null) && !this.#awaitClaim(head)) this.#placement?.seek();
		} catch (error) {
			if (!(error instanceof PorticoError)) throw error;
			this.fail(error);
		}
		this.#starting = false;
	}

	// --- admitted: who asks, for which host; nothing of the request is believed before this

	#admit(head: RequestHead): { path: string; query: string } {
		const { peer } = this.#stream;
		const { trustedProxies } = this.#snapshot;
		this.#trusted = trustedProxies.has(peer.address);
		if (this.#trusted) {
			this.#clientAddress = clientAddress(peer.address, head.headers, trustedProxies);
			this.#secure ||= head.headers.get("x-forwarded-proto")?.toLowerCase() === "https";
			this.#requestId = requestIdFrom(head.headers) ?? "";
		}
		if (this.#requestId === "") this.#requestId = this.#context.nextRequestId();

		const target = parseTarget(head.method, head.target);
		const scheme = this.#secure ? "https" : "http";
		const host = this.#context.hostKeys.of(head.headers.get("host") ?? "", scheme);
		if (host === null) throw new PorticoError("host_refused");
		// RFC 9112 section 3.2.2: an absolute-form target overrides Host; a client that sends two different ones is not to be trusted.
		if (target.authority !== null && authorityKey(target.authority, scheme) !== host) {
			throw new PorticoError("host_refused", { detail: "host-differs-from-target" });
		}
		this.#authority = host;
		const expect = head.headers.get("expect");
		if (expect !== undefined && expect.toLowerCase() !== "100-continue") throw new PorticoError("expectation_failed");
		this.#phase = "admitted";
		return target;
	}

	// --- routed: host, path, method and upgrade choose one route, or a refusal with a rule id

	/** @param form its body, where that is here and has to tell */
	#routeTo(head: RequestHead, path: string, query: string, form: string | null): boolean {
		const upgrade = this.#body === 0 ? upgradeProtocol(head) : null;
		// h2c is never switched to; such a request is served as if it had not asked (RFC 9110 section 7.8).
		this.#upgrade = upgrade === "h2c" ? null : upgrade;
		const decision = this.#decide(head, path, query, form);
		if (decision === null) {
			this.#unrouted = { path, query };
			this.#stream.continueBody();
			return false;
		}
		this.#setRoute(decision.route);
		if (decision.kind === "refused") {
			this.#rule = decision.rule;
			this.fail(new PorticoError(decision.code, { detail: decision.rule }), decision.allow);
			return false;
		}
		this.#phase = "routed";
		const { maxBody } = decision.route;
		if (maxBody > 0 && this.#body > maxBody) throw new PorticoError("request_body_size");
		this.#nodeTarget = decision.nodePath + this.#snapshot.frames.queryFor(decision.route, query);
		if (decision.route.pathRules === "servlet") this.#fitCookies(head, query, form);
		const pool = this.#snapshot.pools[decision.route.pool];
		if (pool === undefined) throw new PorticoError("no_eligible_member");
		const placement = new Placement(pool, decision.route, head.method, this);
		this.#placement = placement;
		pool.countRequest(this.#second());
		const { key } = pool.plan;
		if (key !== null) placement.key = requestKey(key, head.headers, path, this.#clientAddress);
		if (decision.route.affinity !== null) this.#readClaim(decision.route, head, placement);
		return true;
	}

	/** Null: the form that follows may tell whose it is. */
	#decide({ method, headers }: RequestHead, path: string, query: string, form: string | null): RouteDecision | null {
		const { router, bare } = this.#snapshot;
		const asked = { authority: this.#authority, path, method, upgrade: this.#upgrade, clientAddress: this.#clientAddress };
		const decision = router.decide(asked);
		if (decision.kind === "route" || decision.rule !== "path.unknown") return decision;
		const request: BareRequest = { asked, query, form, headers, scheme: this.#secure ? "https" : "http" };
		if (form === null && isShortForm(method, headers, this.#body) && bare.needsForm(request)) return null;
		const answer = bare.decide(request);
		this.#bare = answer !== null;
		return answer?.decision ?? decision;
	}

	/** The form is here that tells whose the request is. */
	#routeByForm({ path, query }: { readonly path: string; readonly query: string }): void {
		this.#unrouted = null;
		if (this.#over) return;
		const head = this.#head as RequestHead;
		try {
			if (!this.#routeTo(head, path, query, this.#form())) return;
			if (this.#awaitClaim(head)) this.#claimFromBody();
			else this.#placement?.seek();
		} catch (error) {
			if (!(error instanceof PorticoError)) throw error;
			this.fail(error);
		}
	}

	#form(): string {
		return Buffer.concat(this.#kept ?? []).toString("latin1");
	}

	/** Cookies of old logins go where there are too many. A form may have to tell which login is not an old one. */
	#fitCookies({ method, headers }: RequestHead, query: string, form: string | null): void {
		const service = this.#service as ServicePlan;
		if (!isPiledUp(headers, service)) return;
		if (form === null && isShortForm(method, headers, this.#body)) this.#unfitted = query;
		else this.#fitted = fitCookies(headers, service, form === null ? query : `${query} ${form}`);
	}

	#readClaim(route: RoutePlan, { headers }: RequestHead, placement: Placement): void {
		const affinity = this.#snapshot.affinityOf(route);
		if (affinity === null) return;
		this.#affinity = affinity;
		placement.claim = affinity.claimOf(headers, this.#nodeTarget, this.#context.clock.wall());
		const key = affinity.keyOf(headers, this.#clientAddress);
		if (key === NO_KEY) return;
		placement.key = key;
		placement.hashed = true;
	}

	/** True: only the body can say which node the client belongs to, or which cookies go, so that no member is chosen before it is here. */
	#awaitClaim(head: RequestHead): boolean {
		if (!this.#isClaimInBody(head) && this.#unfitted === null) return false;
		this.#claimInBody = true;
		this.#stream.continueBody();
		return true;
	}

	#isClaimInBody(head: RequestHead): boolean {
		return this.#affinity !== null && this.#placement?.claim === null && this.#affinity.isInBody(head, this.#body);
	}

	#setRoute(route: RoutePlan | null): void {
		this.#route = route;
		this.#service = route === null ? null : (this.#snapshot.plan.services[route.service] ?? null);
		this.#bodies = route?.rewriteBodies && this.#upgrade === null ? (this.#snapshot.bodies.get(route) ?? null) : null;
	}

	// --- assigned: the pool gives a connection to a member, at once or when one has room

	onPlaced(connection: UpstreamConnection<UpstreamMember>): void {
		this.#member = connection.keeper;
		this.#phase = "assigned";
		this.#attemptAt = this.#context.clock.now();
		this.#inFlight = true;
		this.#connection = connection;
		connection.assign(this, (this.#placement as Placement).timeouts(this.#snapshot.timeoutsOf(this.#route as RoutePlan)));
	}

	onNoPlace(error: PorticoError): void {
		// A fault of ours in opening a connection ends this exchange and not the worker with all its others.
		if (error.code === "proxy_internal_error") this.#context.attemptFailed(error);
		// Why the last attempt failed says more than that there is nobody else.
		this.fail(this.#error !== null && error.code === "no_eligible_member" ? this.#error : error);
	}

	// --- prepared, sent

	onConnected(): void {
		const connection = this.#connection as UpstreamConnection;
		const head = this.#head as RequestHead;
		this.#phase = "connected";
		this.#connected = true;
		try {
			connection.sendHead(requestHeadText(this.#prepare(head)), head.method, this.#upgrade !== null);
		} catch (error) {
			if (!(error instanceof PorticoError)) throw error;
			return this.fail(error);
		}
		this.#requestSent = true;
		for (const chunk of this.#kept ?? []) this.#sendBody(chunk);
		// Also after the whole body: a client that is not read from cannot be seen leaving.
		this.#stream.resumeBody();
		if (this.#requestEnded) return this.#sendEnd();
		this.#stream.continueBody();
		// What is still being parsed of the same read follows at onRequestFlush.
		if (!this.#starting) connection.flush();
	}

	#prepare(head: RequestHead): RequestHead {
		const { peer } = this.#stream;
		const prepared = prepareRequest(head, {
			route: this.#route as RoutePlan,
			service: this.#service as ServicePlan,
			member: (this.#member as UpstreamMember).plan,
			client: {
				address: this.#clientAddress,
				port: peer.port,
				secure: this.#secure,
				trusted: this.#trusted,
				localPort: peer.localPort,
			},
			authority: this.#authority,
			nodeTarget: this.#nodeTarget,
			requestId: this.#requestId,
			upgrade: this.#upgrade,
			body: this.#body,
			prefixed: this.#affinity?.prefixed ?? null,
			cookies: this.#fitted?.cookies ?? null,
		});
		return this.#bodies === null ? prepared : this.#bodies.request(prepared);
	}

	onRequestBody(chunk: Buffer): void {
		if (this.#over) return;
		this.#bodyBytes += chunk.length;
		const maxBody = this.#route?.maxBody ?? 0;
		if (maxBody > 0 && this.#bodyBytes > maxBody) return this.fail(new PorticoError("request_body_size"));
		this.#keep(chunk);
		if (this.#claimInBody || this.#unrouted !== null) return;
		if (!this.#connected) this.#stream.pauseBody();
		else if (!this.#sendBody(chunk)) this.#stream.pauseBody();
	}

	/** Bytes are kept while no member has taken them, and after that as long as another attempt could be made with them. */
	#keep(chunk: Buffer): void {
		if (this.#kept === null) return;
		const unsent = !this.#connected;
		if (unsent || (this.#placement?.repeatable === true && this.#keptBytes + chunk.length <= (this.#route?.retry.keepBody ?? 0))) {
			gather(this.#kept, chunk);
			this.#keptBytes += chunk.length;
		} else this.#kept = null;
	}

	#sendBody(chunk: Buffer): boolean {
		const connection = this.#connection as UpstreamConnection;
		if (this.#body !== BODY_CHUNKED) return connection.sendBody(chunk);
		connection.sendText(chunkHead(chunk.length));
		const more = connection.sendBody(chunk);
		connection.sendText(CHUNK_TAIL);
		return more;
	}

	onRequestEnd(trailers: HeaderList | null): void {
		this.#requestEnded = true;
		this.#requestTrailers = trailers;
		if (this.#unrouted !== null) return this.#routeByForm(this.#unrouted);
		if (this.#claimInBody) return this.#claimFromBody();
		if (this.#connected && !this.#over && this.#body !== 0) this.#sendEnd();
	}

	#claimFromBody(): void {
		this.#claimInBody = false;
		if (this.#over) return;
		const head = this.#head as RequestHead;
		const placement = this.#placement as Placement;
		try {
			if (this.#unfitted !== null) this.#fitCookies(head, this.#unfitted, this.#form());
		} catch (error) {
			if (!(error instanceof PorticoError)) throw error;
			return this.fail(error);
		}
		placement.claim ??= this.#affinity?.claimOfBody(head, this.#kept ?? [], this.#context.clock.wall()) ?? null;
		placement.seek();
	}

	#sendEnd(): void {
		const connection = this.#connection as UpstreamConnection;
		if (this.#body === BODY_CHUNKED) connection.sendText(lastChunk(this.#requestTrailers));
		if (this.#kept === null && this.#placement?.becomesLast()) {
			connection.sendEnd(this.#snapshot.timeoutsOf(this.#route as RoutePlan).firstByte);
		} else connection.sendEnd();
		this.#phase = "sent";
	}

	onRequestFlush(): void {
		if (this.#connected && !this.#over && this.#connection?.flush() === false) this.#stream.pauseBody();
	}

	onUpstreamDrain(): void {
		this.#stream.resumeBody();
	}

	// --- answered, rewritten

	onInformational(head: ResponseHead): void {
		if (++this.#informational > MAX_INFORMATIONAL) return this.fail(new PorticoError("informational_flood"));
		// 100 was answered here, before the request body was let through.
		if (head.status !== 100) this.#stream.sendInformational(this.#snapshot.rewriter.rewrite(head, 0, this.#incoming(null)));
	}

	onAnswer(head: ResponseHead, body: BodyLength): void {
		if (this.#route?.retry.statuses.includes(head.status) && this.#tryElsewhere("http_response_status")) return;
		this.#phase = "answered";
		// Earlier attempts may have failed; the exchange has not.
		this.#error = null;
		this.#upstreamStatus = head.status;
		this.#firstByteAt = this.#context.clock.now();
		try {
			const plan = this.#bodies === null ? null : this.#planBody(this.#bodies, head, body);
			const length = plan?.body ?? body;
			const answer = this.#snapshot.rewriter.rewrite(plan?.head ?? head, length, this.#incoming(this.#keepClient(head)));
			this.#answer = answer;
			const { leaks, plan: config } = this.#snapshot;
			this.#sample = this.#context.leaks.look(leaks, config, this.#route as RoutePlan, answer, length, this.#pipe !== null);
			this.#stream.sendHead(answer, length);
		} catch (error) {
			if (!(error instanceof PorticoError)) throw error;
			return this.fail(error);
		}
		this.#phase = "rewritten";
	}

	#incoming(affinity: AnswerAffinity | null): IncomingContext {
		return {
			route: this.#route as RoutePlan,
			service: this.#service as ServicePlan,
			keepAlive: this.#stream.keepAlive,
			clientVersion: this.#stream.version,
			method: (this.#head as RequestHead).method,
			date: this.#context.date(),
			affinity,
			requestHeaders: (this.#head as RequestHead).headers,
			endedCookies: this.#fitted?.ended ?? NO_COOKIES,
			bare: this.#bare,
		};
	}

	/** The client belongs to the member from now on. */
	#keepClient(head: ResponseHead): AnswerAffinity | null {
		if (this.#affinity === null) return null;
		const { method } = this.#head as RequestHead;
		const { plan } = this.#member as UpstreamMember;
		return this.#affinity.answered(this.#placement?.claim ?? null, method, this.#nodeTarget, head, plan, this.#context.clock.wall());
	}

	// --- relayed

	onAnswerBody(chunk: Buffer): void {
		if (this.#pipe !== null) {
			if (!this.#pipe.write(chunk)) this.#connection?.pause();
			return;
		}
		this.#sample?.add(chunk);
		if (!this.#stream.sendBody(chunk)) this.#connection?.pause();
	}

	onAnswerFlush(): void {
		if (this.#pipe?.flush() === false) this.#connection?.pause();
		if (!this.#over && !this.#stream.flush()) this.#connection?.pause();
	}

	onClientDrain(): void {
		if (this.#pipe === null || this.#pipe.resume()) this.#connection?.resume();
	}

	onAnswerEnd(trailers: HeaderList | null): void {
		if (this.#over) return;
		this.#connection = null;
		this.#judge();
		if (this.#pipe === null) return this.#endAnswer(trailers);
		const whole = this.#pipe.end();
		if (whole !== null) this.#sendWhole(whole);
	}

	#endAnswer(trailers: HeaderList | null): void {
		this.#sample?.end();
		this.#phase = "relayed";
		this.#record((this.#answer as ResponseHead).status);
		this.#stream.sendEnd(trailers);
	}

	// --- relayed through the pipe, where bodies are rewritten; trailers are left out, they may speak about the node's bytes

	#planBody(bodies: BodyRules, head: ResponseHead, body: BodyLength): AnswerPlan {
		const plan = bodies.answer(head, body, this.#head as RequestHead, this.#nodeTarget);
		if (plan.rewriting !== null) this.#pipe = new BodyPipe(plan.rewriting, plan.decode, plan.encode, this);
		return plan;
	}

	/** The body came with the head in one read, and the head has not left: it can say how long the body is. */
	#sendWhole(body: Buffer): void {
		if (this.#stream.retractHead()) {
			this.#answer = withLength(this.#answer as ResponseHead, body.length);
			this.#stream.sendHead(this.#answer, body.length);
		}
		if (body.length > 0) this.#stream.sendBody(body);
		this.#endAnswer(null);
	}

	onPipeText(chunk: Buffer): void {
		this.#sample?.add(chunk);
	}

	onPipeData(chunk: Buffer): boolean {
		const more = this.#stream.sendBody(chunk);
		return this.#pipe?.isThreaded === true ? this.#stream.flush() && more : more;
	}

	onPipeDrain(): void {
		this.#connection?.resume();
	}

	onPipeEnd(): void {
		if (!this.#over) this.#endAnswer(null);
	}

	onPipeError(cause: Error): void {
		const member = this.#member?.name;
		const code = cause instanceof PorticoError ? cause.code : "http_response_content_coding";
		const error = new PorticoError(code, { cause, ...(member === undefined ? {} : { member }) });
		this.#context.attemptFailed(error);
		this.fail(error);
	}

	onSwitched(head: ResponseHead, upstream: Connection, rest: Buffer | null): void {
		if (this.#over) return upstream.destroy();
		this.#phase = "answered";
		this.#error = null;
		this.#upstreamStatus = head.status;
		this.#firstByteAt = this.#context.clock.now();
		this.#connection = null;
		this.#judge();
		const answer = rewriteSwitch(head, this.#incoming(this.#keepClient(head)));
		this.#answer = answer;
		this.#stream.sendHead(answer, 0);
		const { connection: client, rest: fromClient, ended: clientEnded } = this.#stream.detach();
		this.#phase = "relayed";
		const idle = this.#route?.timeouts.tunnelIdle ?? this.#snapshot.plan.timeouts.tunnelIdle;
		const sides = { protocol: this.#upgrade ?? "", client, fromClient, clientEnded, upstream, fromUpstream: rest };
		this.#context.openTunnel(sides, idle, (bytesIn, bytesOut, wasIdle) => {
			if (wasIdle) this.#error = new PorticoError("tunnel_timeout");
			this.#record(answer.status, bytesIn, bytesOut);
		});
	}

	#judge(): void {
		this.#context.attemptJudged(this.#member as UpstreamMember, verdictOfStatus(this.#upstreamStatus));
	}

	// --- when it does not go well

	onAttemptError(error: PorticoError): void {
		if (this.#over) return;
		const reused = this.#connection?.reused ?? false;
		this.#connection = null;
		this.#context.attemptFailed(error);
		const verdict = verdictOfError(error.code, reused);
		if (verdict !== null) this.#context.attemptJudged(this.#member as UpstreamMember, verdict);
		const decision = this.#decideRetry(error.code, reused);
		if (!decision.retry) return this.fail(error);
		const { code, member = "" } = error;
		if (!this.#mayRetry()) return this.fail(new PorticoError(code, { member, detail: "retry-budget-spent", cause: error }));
		this.#error = error;
		this.#retry(decision.at === "same");
	}

	onMemberDown(): void {
		this.#tryElsewhere("member_down");
	}

	/** Leaves the member for another one, if that is possible; else goes on with it. */
	#tryElsewhere(code: "member_down" | "http_response_status"): boolean {
		const { pool, tried } = this.#placement as Placement;
		if (this.#over || !this.#decideRetry(code, false).retry || !pool.hasOther(tried) || !this.#mayRetry()) return false;
		const member = this.#member as UpstreamMember;
		if (code === "http_response_status") this.#context.attemptJudged(member, "unavailable");
		this.#error = new PorticoError(code, { member: member.name });
		this.#context.attemptFailed(this.#error);
		this.#connection?.abandon();
		this.#connection = null;
		this.#retry(false);
		return true;
	}

	#decideRetry(code: ErrorCode, reused: boolean): RetryDecision {
		const answerBegun = this.#answer !== null;
		const replayable = this.#kept !== null;
		return (this.#placement as Placement).decideRetry(this.#member as UpstreamMember, {
			code,
			answerBegun,
			requestSent: this.#requestSent,
			reused,
			replayable,
		});
	}

	#mayRetry(): boolean {
		return (this.#placement as Placement).pool.mayRetry(this.#second());
	}

	#retry(same: boolean): void {
		const placement = this.#placement as Placement;
		// More of the body may come before there is another connection.
		this.#connected = false;
		this.#requestSent = false;
		this.#endAttempt();
		this.#context.retried();
		placement.again = same ? this.#member : null;
		placement.seek();
	}

	/** Since the epoch: the same in all threads. */
	#second(): number {
		return Math.floor(this.#context.clock.wall() / 1000);
	}

	onRequestError(error: PorticoError): void {
		this.fail(error);
	}

	onClientGone(): void {
		if (this.#over) return;
		this.#placement?.leave();
		this.#connection?.abandon();
		this.#error = new PorticoError("client_gone");
		this.#record(this.#answer?.status ?? this.#error.row.status);
	}

	/** Ends the exchange with an error page, or by cutting the connection where part of the answer is already out. */
	fail(error: PorticoError, allow?: readonly string[]): void {
		if (this.#over) return;
		if (this.#requestId === "") this.#requestId = this.#context.nextRequestId();
		this.#placement?.leave();
		this.#connection?.abandon();
		this.#connection = null;
		this.#error = error;
		// An answer that broke in the same read as its head has not left yet: the client can still be told properly.
		if (this.#answer !== null && this.#stream.retractHead()) this.#answer = null;
		if (this.#answer !== null) {
			this.#record(this.#answer.status);
			this.#stream.abort();
			return;
		}
		const page = errorResponse(error.code, {
			accept: this.#head?.headers.get("accept"),
			requestId: this.#requestId,
			...(allow === undefined ? {} : { allow }),
			...(error.row.status === 503 ? { retryAfter: RETRY_AFTER } : {}),
			...(error.told === undefined ? {} : { detail: error.told }),
		});
		this.#respond(page.head, page.body);
	}

	#redirectToHttps(head: RequestHead, target: string): void {
		if (UNREDIRECTABLE.has(head.method)) return this.fail(new PorticoError("method_refused"));
		if (!target.startsWith("/")) return this.fail(new PorticoError("request_target_refused"));
		const origin = httpsOriginOf(this.#snapshot.plan, this.#authority);
		if (origin === null) throw new PorticoError("misdirected_request", { detail: "host.unknown" });
		const status = head.method === "GET" || head.method === "HEAD" ? 301 : 308;
		const headers = HeaderList.of(["Location", origin + target], ["Content-Length", "0"]);
		this.#respond({ status, reason: status === 301 ? "Moved Permanently" : "Permanent Redirect", version: 1, headers }, "");
	}

	/** An answer of our own. */
	#respond(head: ResponseHead, body: string): void {
		const stream = this.#stream;
		const { headers } = head;
		headers.add("Date", this.#context.date());
		if (!stream.keepAlive) headers.add("Connection", "close");
		else if (stream.version === 0) headers.add("Connection", "keep-alive");
		const bytes = this.#head?.method === "HEAD" ? null : Buffer.from(body);
		this.#answer = head;
		stream.sendHead(head, bytes?.length ?? 0);
		if (bytes !== null && bytes.length > 0) stream.sendBody(bytes);
		this.#record(head.status);
		stream.sendEnd(null);
	}

	// --- recorded: every exchange ends here, once

	#record(status: number, bytesIn = this.#stream.bytesIn, bytesOut = this.#stream.bytesOut): void {
		this.#over = true;
		this.#pipe?.close();
		this.#endAttempt(bytesIn, bytesOut);
		const head = this.#head;
		const { peer } = this.#stream;
		const duration = this.#context.clock.now() - this.#startedAt;
		this.#context.record({
			startWall: this.#context.clock.wall() - duration,
			duration,
			clientAddress: this.#clientAddress,
			clientPort: peer.port,
			peerAddress: peer.address,
			method: head?.method ?? "",
			target: head?.target ?? "",
			version: this.#stream.version,
			authority: this.#authority,
			status,
			upstreamStatus: this.#upstreamStatus,
			bytesOut,
			bytesIn,
			requestHeaders: head?.headers ?? null,
			responseHeaders: this.#answer?.headers ?? null,
			requestId: this.#requestId,
			routeId: this.#route?.id ?? "",
			member: this.#member?.name ?? "",
			attempts: this.#placement?.attempts ?? 0,
			error: this.#error?.code ?? null,
			rule: this.#rule ?? this.#error?.detail ?? null,
			phase: this.#phase,
			firstByte: this.#firstByteAt === -1 ? -1 : this.#firstByteAt - this.#startedAt,
			scheme: this.#secure ? "https" : "http",
			tlsVersion: peer.tlsVersion,
			requestLine: this.#requestLine,
			requestIndex: this.#stream.requestIndex,
			keptAlive: this.#stream.keepAlive,
		});
	}

	#endAttempt(sent = 0, received = 0): void {
		if (!this.#inFlight) return;
		this.#inFlight = false;
		const latency = this.#firstByteAt === -1 ? -1 : this.#firstByteAt - this.#attemptAt;
		this.#context.attemptEnds(this.#member as UpstreamMember, sent, received, latency);
		this.#placement?.pool.wake();
	}
}
