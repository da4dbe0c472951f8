import Fastify, {
	type FastifyError,
	type FastifyInstance,
	type FastifyReply,
	type FastifyRequest,
	type FastifySchemaValidationError,
} from "fastify";
import type { Clock } from "../clock.ts";
import type { Log } from "../log/log.ts";
import type { AdminPlan } from "../plan/admin.ts";
import { AdminStates, DRAIN_CHECK_INTERVAL_MS } from "./adminStates.ts";
import { limitConnections } from "./connectionLimits.ts";
import { type Asked, Guard } from "./guard.ts";
import { standaloneSchema } from "./jsonSchemas.ts";
import { MODEL } from "./model.ts";
import { openApiDocument } from "./openApi.ts";
import type { ProcessView } from "./processView.ts";
import { type AdminRoute, adminRoutes, failure, type Reply } from "./routes.ts";

const BODY_BYTES = 16 * 1024;
const CONNECTIONS = 256;
const CONNECTIONS_PER_ADDRESS = 64;
const REQUEST_MS = 10_000;
/** Refusals are logged at most once in this time each. */
const REPEAT_MS = 10_000;

const HEADERS = {
	"Cache-Control": "no-store",
	"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Referrer-Policy": "no-referrer",
	"X-Content-Type-Options": "nosniff",
};

declare module "fastify" {
	interface FastifyRequest {
		/** Who asks: `loopback`, or the id of a token. */
		by: string;
	}
}

/** Who may come in changes with the plan. */
interface Door {
	guard: Guard;
}

export interface AdminOptions {
	readonly plan: AdminPlan;
	readonly view: ProcessView;
	readonly clock: Clock;
	readonly log: Log;
}

/** Probes, metrics and the admin API, in the control thread. Lifetime: process. */
export class AdminServer {
	/** Where it listens, with its real port: `127.0.0.1:9990`. */
	readonly address: string;
	readonly #app: FastifyInstance;
	readonly #door: Door;
	readonly #states: AdminStates;
	readonly #drainTimer: NodeJS.Timeout;

	private constructor(address: string, app: FastifyInstance, door: Door, states: AdminStates) {
		this.address = address;
		this.#app = app;
		this.#door = door;
		this.#states = states;
		this.#drainTimer = setInterval(() => states.advanceDrains(), DRAIN_CHECK_INTERVAL_MS);
		this.#drainTimer.unref();
	}

	/** @throws Error whose message names the address that cannot be listened on */
	static async start(options: AdminOptions): Promise<AdminServer> {
		const { plan, view, clock, log } = options;
		const states = new AdminStates(view, clock, log);
		const door: Door = { guard: new Guard(plan) };
		const app = await build(options, door, states);
		try {
			await app.listen({ host: plan.host, port: plan.port });
		} catch (error) {
			await app.close();
			throw new Error(`cannot listen on ${plan.name} (admin): ${reasonOf(error as NodeJS.ErrnoException)}`, { cause: error });
		}
		limitConnections(app.server, CONNECTIONS, CONNECTIONS_PER_ADDRESS);
		const own = app.server.address();
		const host = plan.host.includes(":") ? `[${plan.host}]` : plan.host;
		return new AdminServer(`${host}:${typeof own === "object" ? (own?.port ?? plan.port) : plan.port}`, app, door, states);
	}

	/** Another plan is in force. @param plan its names and tokens; the address stays */
	reloaded(plan: AdminPlan | null): void {
		if (plan !== null) this.#door.guard = new Guard(plan);
		this.#states.reloaded();
	}

	async close(): Promise<void> {
		clearInterval(this.#drainTimer);
		await this.#app.close();
	}
}

async function build({ view, clock, log }: AdminOptions, door: Door, states: AdminStates): Promise<FastifyInstance> {
	const app = Fastify({
		logger: false,
		bodyLimit: BODY_BYTES,
		requestTimeout: REQUEST_MS,
		connectionTimeout: 3 * REQUEST_MS,
		forceCloseConnections: true,
		routerOptions: { maxParamLength: 256 },
		frameworkErrors: (_, __, reply: FastifyReply) => void send(reply, failure(400, "request_refused", "The path is malformed.")),
		// What does not fit is refused, not made to fit.
		ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false, strictTypes: false } },
		schemaErrorFormatter: (errors) => new Error(errors.map(complaint).join("; ")),
	});
	app.removeContentTypeParser("text/plain");
	app.decorateRequest("by", "");
	guard(app, door, clock, log);
	const routes = adminRoutes({ view, states, log, now: () => clock.wall() });
	const described: AdminRoute = {
		method: "GET",
		path: "/api/v1/openapi.json",
		summary: "This document.",
		answers: { 200: { text: "OpenAPI 3.1.", body: MODEL.openApi } },
		handle: () => ({ status: 200, body: document }),
	};
	const document = openApiDocument([...routes, described]);
	for (const route of [...routes, described]) register(app, route);
	refuseOtherMethods(app, [...routes, described]);
	respondToFailures(app, log);
	await app.ready();
	return app;
}

/** Before anything else of a request is looked at. */
function guard(app: FastifyInstance, door: Door, clock: Clock, log: Log): void {
	const told = new Map<string, number>();
	app.addHook("onRequest", async (request, reply) => {
		reply.headers(HEADERS);
		const judgement = door.guard.judge(askedBy(request));
		if (judgement.ok) {
			request.by = judgement.by;
			return;
		}
		const { status, code, message } = judgement;
		if (clock.now() - (told.get(code) ?? Number.NEGATIVE_INFINITY) >= REPEAT_MS) {
			told.set(code, clock.now());
			log.warn("admin_refused", { code, from: request.ip, method: request.method });
		}
		if (status === 401) reply.header("WWW-Authenticate", 'Bearer realm="portico"');
		// Not kept: the body may not have been read.
		return reply
			.code(status)
			.header("Connection", "close")
			.send(failure(status, code, message).body);
	});
}

const FORWARDING = /^(?:forwarded|via|x-forwarded-.*|x-real-ip|x-client-ip|cf-connecting-ip|true-client-ip)$/;

function askedBy({ method, raw }: FastifyRequest): Asked {
	const { headersDistinct: headers, socket } = raw;
	return {
		method,
		target: raw.url ?? "",
		peer: socket.remoteAddress ?? "",
		local: socket.localAddress ?? "",
		host: headers.host ?? [],
		origin: headers.origin ?? [],
		authorization: headers.authorization ?? [],
		fetchSite: headers["sec-fetch-site"]?.[0],
		fetchMode: headers["sec-fetch-mode"]?.[0],
		forwarded: Object.keys(headers).some((name) => FORWARDING.test(name)),
	};
}

function register(app: FastifyInstance, { method, path, body, answers, handle }: AdminRoute): void {
	const response: Record<number, unknown> = {};
	for (const [status, { body: type }] of Object.entries(answers)) if (type !== "text") response[Number(status)] = standaloneSchema(type);
	app.route({
		method,
		url: routerPath(path),
		schema: { ...(body === undefined ? {} : { body: standaloneSchema(body) }), response },
		handler: async (request, reply) => {
			const { name = "" } = request.params as { name?: string };
			const result = await handle({ name, body: request.body, by: request.by, from: request.ip });
			if (typeof result.body === "string") reply.type("text/plain; version=0.0.4; charset=utf-8");
			return reply.code(result.status).send(result.body);
		},
	});
}

function refuseOtherMethods(app: FastifyInstance, routes: readonly AdminRoute[]): void {
	for (const path of new Set(routes.map((route) => route.path))) {
		const own = routes.filter((route) => route.path === path).map(({ method }) => method as string);
		const allowed = own.includes("GET") ? ["HEAD", ...own] : own;
		app.route({
			method: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].filter((method) => !allowed.includes(method)),
			url: routerPath(path),
			handler: async (_, reply) => {
				reply.header("Allow", allowed.sort().join(", "));
				return send(reply, failure(405, "method_refused", "This method is not allowed here."));
			},
		});
	}
}

function respondToFailures(app: FastifyInstance, log: Log): void {
	app.setNotFoundHandler(async (_, reply) =>
		send(reply, failure(404, "not_found", "There is nothing here. /api/v1/openapi.json lists the endpoints.")),
	);
	app.setErrorHandler<FastifyError>(async (error, _, reply) => {
		const status = error.statusCode ?? 500;
		if (status === 415) return send(reply, failure(status, "request_refused", "Send JSON, with Content-Type: application/json."));
		if (status < 500) return send(reply, failure(status, "request_refused", error.message));
		log.error("admin_failed", { cause: error.stack ?? error.message });
		return send(reply, failure(500, "internal_error", "An internal error occurred. The control log has the cause."));
	});
}

function send(reply: { code(status: number): { send(body: unknown): unknown } }, { status, body }: Reply): unknown {
	return reply.code(status).send(body);
}

/** `{name}` becomes `:name`. */
function routerPath(path: string): string {
	return path.replace(/\{(\w+)\}/g, ":$1");
}

function complaint({ instancePath, message = "", params }: FastifySchemaValidationError): string {
	const { additionalProperty, allowedValues } = params as { additionalProperty?: string; allowedValues?: readonly unknown[] };
	if (additionalProperty !== undefined) return `unknown key ${JSON.stringify(additionalProperty.slice(0, 100))}`;
	const where = instancePath === "" ? "the body" : instancePath.slice(1);
	return `${where} ${message}${allowedValues === undefined ? "" : `: ${allowedValues.join(", ")}`}`;
}

function reasonOf(error: NodeJS.ErrnoException): string {
	if (error.code === "EADDRINUSE") return "the port is in use; stop the other program or choose another port";
	if (error.code === "EACCES") return "not allowed; ports below 1024 need root or CAP_NET_BIND_SERVICE";
	if (error.code === "EADDRNOTAVAIL") return "this machine does not have that address";
	return error.message;
}
