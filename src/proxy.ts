/**
 * THE DATA PATH. One exchange from its first line to its record, in order:
 *
 *   received → admitted → routed → assigned → prepared → (connected → sent → answered)×attempts → rewritten → relayed → recorded
 *
 * The same words stand in the log, the metrics, the errors and docs/architecture.md. Parsing, time limits and policy live elsewhere; this
 * file only tells what happens next. It is long so that the story is in one place.
 */
import type { AffinityClaim } from "./affinity/cookieAffinity.ts";
import { NO_KEY } from "./balance/picker.ts";
import { requestKey } from "./balance/requestKey.ts";
import type { Clock } from "./clock.ts";
import { type Phase, PorticoError } from "./errors.ts";
import { type Verdict, verdictOfError, verdictOfStatus } from "./health/verdict.ts";
import { errorResponse } from "./http/errorPage.ts";
import { clientAddress, requestIdFrom } from "./http/forwarded.ts";
import { HeaderList } from "./http/headers.ts";
import { upgradeProtocol } from "./http/hopByHop.ts";
import type { HostKeys } from "./http/hostKeys.ts";
import { BODY_CHUNKED, type BodyLength, type RequestHead, type ResponseHead } from "./http/message.ts";
import { authorityKey, parseTarget } from "./http/uri.ts";
import { CHUNK_TAIL, chunkHead, lastChunk, requestHeadText } from "./http1/serialize.ts";
import type { ClientStream, ExchangeEvents, ExchangeStarter } from "./listener/clientStream.ts";
import type { ExchangeRecord } from "./log/record.ts";
import type { RoutePlan, ServicePlan } from "./plan.ts";
import { httpsOriginOf } from "./rewrite/httpsRedirect.ts";
import { prepareRequest } from "./rewrite/requestHeaders.ts";
import { type IncomingContext, rewriteSwitch } from "./rewrite/responseHeaders.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Connection } from "./transport/connection.ts";
import type { AttemptEvents } from "./upstream/attempt.ts";
import type { UpstreamConnection } from "./upstream/connection.ts";
import type { UpstreamMember } from "./upstream/member.ts";
import { decideRetry, isIdempotent } from "./upstream/retryRule.ts";

/** What the data path needs of its worker. Lifetime: process. */
export interface ProxyContext {
	readonly clock: Clock;
	/** The current one; an exchange keeps the one it began with. */
	readonly snapshot: Snapshot;
	readonly hostKeys: HostKeys;
	nextRequestId(): string;
	/** An IMF-fixdate. */
	date(): string;
	attemptBegins(member: UpstreamMember): void;
	/**
	 * @param sent bytes of bodies, to the member and from it
	 * @param latency milliseconds from its being assigned to its answer's first byte; -1: no answer
	 */
	attemptEnds(member: UpstreamMember, sent: number, received: number, latency: number): void;
	/** What an attempt says about the member's health; told once, and not at all where it says nothing. */
	attemptJudged(member: UpstreamMember, verdict: Verdict): void;
	/** An attempt failed; told before it is known whether another one follows. */
	attemptFailed(error: PorticoError): void;
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

/** Methods that have no business being repeated elsewhere. */
const UNREDIRECTABLE: ReadonlySet<string> = new Set(["CONNECT", "TRACE", "TRACK"]);
/** Interim answers relayed per exchange; a member that sends more is broken. */
const MAX_INFORMATIONAL = 10;
/** Seconds after which a client may come back to a 503. */
const RETRY_AFTER = 5;
/** Request body bytes kept for another attempt. */
const KEEP_LIMIT = 64 * 1024;

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

class Exchange implements ExchangeEvents, AttemptEvents {
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
	/** What the client's affinity cookie says, on routes that have affinity. */
	#claim: AffinityClaim | null = null;

	#member: UpstreamMember | null = null;
	readonly #tried: UpstreamMember[] = [];
	#attempts = 0;
	#connection: UpstreamConnection | null = null;
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
	#upstreamStatus = 0;
	#attemptAt = 0;
	#firstByteAt = -1;
	#key = NO_KEY;
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
			else if (this.#routeTo(head, path, query)) this.#attempt(false);
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

	#routeTo(head: RequestHead, path: string, query: string): boolean {
		const upgrade = this.#body === 0 ? upgradeProtocol(head) : null;
		// h2c is never switched to; such a request is served as if it had not asked (RFC 9110 section 7.8).
		this.#upgrade = upgrade === "h2c" ? null : upgrade;
		const decision = this.#snapshot.router.decide({
			authority: this.#authority,
			path,
			method: head.method,
			upgrade: this.#upgrade,
			clientAddress: this.#clientAddress,
		});
		this.#setRoute(decision.route);
		if (decision.kind === "refused") {
			this.#rule = decision.rule;
			this.fail(new PorticoError(decision.code, { detail: decision.rule }), decision.allow);
			return false;
		}
		this.#phase = "routed";
		const { maxBody } = decision.route;
		if (maxBody > 0 && this.#body > maxBody) throw new PorticoError("request_body_size");
		this.#nodeTarget = decision.nodePath + query;
		const key = this.#snapshot.pools[decision.route.pool]?.plan.key ?? null;
		if (key !== null) this.#key = requestKey(key, head.headers, path, this.#clientAddress);
		if (decision.route.affinity) this.#claim = this.#snapshot.affinityOf(decision.route)?.claimOf(head.headers) ?? null;
		return true;
	}

	#setRoute(route: RoutePlan | null): void {
		this.#route = route;
		this.#service = route === null ? null : (this.#snapshot.plan.services[route.service] ?? null);
	}

	// --- assigned: the pool gives a member, and the member a connection

	#attempt(fresh: boolean): void {
		const route = this.#route as RoutePlan;
		const member = fresh ? this.#member : this.#choose(route);
		if (member === null) return this.fail(this.#error ?? new PorticoError("no_eligible_member"));
		if (!fresh) this.#tried.push(member);
		this.#member = member;
		this.#attempts++;
		this.#phase = "assigned";
		this.#connected = false;
		this.#requestSent = false;
		this.#attemptAt = this.#context.clock.now();
		this.#context.attemptBegins(member);
		this.#inFlight = true;
		const connection = this.#take(member, fresh);
		if (connection === null) return;
		this.#connection = connection;
		connection.assign(this, this.#snapshot.timeoutsOf(route));
	}

	/** A fault of ours in opening a connection ends this exchange and not the worker with all its others. */
	#take(member: UpstreamMember, fresh: boolean): UpstreamConnection | null {
		try {
			return member.take(fresh);
		} catch (cause) {
			const error = new PorticoError("proxy_internal_error", { member: member.name, cause });
			this.#context.attemptFailed(error);
			this.fail(error);
			return null;
		}
	}

	/** The member that the client is kept on, else the one whose turn it is. */
	#choose(route: RoutePlan): UpstreamMember | null {
		const pool = this.#snapshot.pools[route.pool];
		if (pool === undefined) return null;
		const kept = this.#claim === null ? null : pool.keep(this.#claim.node, this.#tried);
		return kept ?? pool.pick(this.#key, this.#tried);
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
		return prepareRequest(head, {
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
		});
	}

	onRequestBody(chunk: Buffer): void {
		if (this.#over) return;
		this.#bodyBytes += chunk.length;
		const maxBody = this.#route?.maxBody ?? 0;
		if (maxBody > 0 && this.#bodyBytes > maxBody) return this.fail(new PorticoError("request_body_size"));
		this.#keep(chunk);
		if (!this.#connected) this.#stream.pauseBody();
		else if (!this.#sendBody(chunk)) this.#stream.pauseBody();
	}

	/** Bytes are kept while no member has taken them, and after that as long as another attempt could be made with them. */
	#keep(chunk: Buffer): void {
		if (this.#kept === null) return;
		const unsent = !this.#connected;
		if (unsent || (isIdempotent((this.#head as RequestHead).method) && this.#keptBytes + chunk.length <= KEEP_LIMIT)) {
			this.#kept.push(Buffer.from(chunk));
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
		if (this.#connected && !this.#over && this.#body !== 0) this.#sendEnd();
	}

	#sendEnd(): void {
		const connection = this.#connection as UpstreamConnection;
		if (this.#body === BODY_CHUNKED) connection.sendText(lastChunk(this.#requestTrailers));
		connection.sendEnd();
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
		if (head.status !== 100) this.#stream.sendInformational(this.#snapshot.rewriter.rewrite(head, 0, this.#incoming()));
	}

	onAnswer(head: ResponseHead, body: BodyLength): void {
		this.#phase = "answered";
		// Earlier attempts may have failed; the exchange has not.
		this.#error = null;
		this.#upstreamStatus = head.status;
		this.#firstByteAt = this.#context.clock.now();
		try {
			const answer = this.#snapshot.rewriter.rewrite(head, body, this.#incoming());
			this.#answer = answer;
			this.#stream.sendHead(answer, body);
		} catch (error) {
			if (!(error instanceof PorticoError)) throw error;
			return this.fail(error);
		}
		this.#phase = "rewritten";
	}

	#incoming(): IncomingContext {
		return {
			route: this.#route as RoutePlan,
			service: this.#service as ServicePlan,
			requestScheme: this.#secure ? "https" : "http",
			keepAlive: this.#stream.keepAlive,
			clientVersion: this.#stream.version,
			method: (this.#head as RequestHead).method,
			date: this.#context.date(),
			affinityCookie: this.#route?.affinity === true ? this.#affinityCookie(this.#route) : null,
		};
	}

	/** Null when the client has one for the node that answers. */
	#affinityCookie(route: RoutePlan): string | null {
		const { node } = (this.#member as UpstreamMember).plan;
		if (this.#claim?.current && this.#claim.node === node) return null;
		return this.#snapshot.affinityOf(route)?.setCookie(node, this.#context.clock.wall()) ?? null;
	}

	// --- relayed

	onAnswerBody(chunk: Buffer): void {
		if (!this.#stream.sendBody(chunk)) this.#connection?.pause();
	}

	onAnswerFlush(): void {
		if (!this.#over && !this.#stream.flush()) this.#connection?.pause();
	}

	onClientDrain(): void {
		this.#connection?.resume();
	}

	onAnswerEnd(trailers: HeaderList | null): void {
		if (this.#over) return;
		this.#phase = "relayed";
		this.#connection = null;
		this.#judge();
		this.#record((this.#answer as ResponseHead).status);
		this.#stream.sendEnd(trailers);
	}

	onSwitched(head: ResponseHead, upstream: Connection, rest: Buffer | null): void {
		if (this.#over) return upstream.destroy();
		this.#phase = "answered";
		this.#error = null;
		this.#upstreamStatus = head.status;
		this.#firstByteAt = this.#context.clock.now();
		this.#connection = null;
		this.#judge();
		const answer = rewriteSwitch(head, this.#incoming());
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
		this.#error = error;
		this.#context.attemptFailed(error);
		const verdict = verdictOfError(error.code, reused);
		if (verdict !== null) this.#context.attemptJudged(this.#member as UpstreamMember, verdict);
		const decision = decideRetry({
			code: error.code,
			method: (this.#head as RequestHead).method,
			answerBegun: this.#answer !== null,
			requestSent: this.#requestSent,
			reused,
			replayable: this.#kept !== null,
			attempts: this.#attempts,
			otherMembers: (this.#snapshot.pools[(this.#route as RoutePlan).pool]?.members.length ?? 0) - this.#tried.length,
		});
		if (!decision.retry) return this.fail(error);
		this.#endAttempt();
		this.#context.retried();
		this.#attempt(decision.at === "same");
	}

	onRequestError(error: PorticoError): void {
		this.fail(error);
	}

	onClientGone(): void {
		if (this.#over) return;
		this.#connection?.abandon();
		this.#error = new PorticoError("client_gone");
		this.#record(this.#answer?.status ?? this.#error.row.status);
	}

	/** Ends the exchange with an error page, or by cutting the connection where part of the answer is already out. */
	fail(error: PorticoError, allow?: readonly string[]): void {
		if (this.#over) return;
		if (this.#requestId === "") this.#requestId = this.#context.nextRequestId();
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
			service: this.#route?.service ?? -1,
			routeId: this.#route?.id ?? "",
			member: this.#member?.name ?? "",
			attempts: this.#attempts,
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
	}
}
