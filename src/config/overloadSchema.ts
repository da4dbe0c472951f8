/** `overload`, `retry` and `priority` of portico.yaml. */
import { z } from "zod";
import { duration, durationOrOff, percentage, size } from "./scalars.ts";

const cap = z.int().min(0).max(1_000_000);
const retryStatus = z
	.int()
	.min(500, { error: "a status from 500 to 599 is expected" })
	.max(599, { error: "a status from 500 to 599 is expected" });

export const overload = z.strictObject({
	maxRequests: cap
		.optional()
		.describe(
			"Requests in flight at one member, upgraded connections too, event streams left out. 0: no limit. Default: 250, as many threads as a Carbon node has; none for `websocket` and `websub`, whose connections wait without a thread.",
		),
	maxConnections: cap
		.optional()
		.describe("Connections to one member for requests, unused ones too. 0: no limit. Default: as `maxRequests`."),
	queue: z
		.int()
		.min(0)
		.max(1_000_000)
		.optional()
		.describe(
			"Requests that may wait until a member has room. Clients take turns, and the `priority` of routes counts. More get 503 with Retry-After. 0: none waits. Default: 1000.",
		),
	queueTimeout: duration
		.optional()
		.describe("Time that a request may wait in the queue; after it the client gets 503 with Retry-After. Default: 5s."),
});

const attempts = z.int().min(1).max(10).optional().describe("Most attempts for one request, including the first. 1: no retry. Default: 4.");
const perTry = durationOrOff
	.optional()
	.describe(
		"Time from the end of the request to the first byte of the response, for an attempt that another one may follow. The last possible attempt gets all of `timeouts.firstByte`; a value that is not below that does nothing. Only for requests that may be repeated. If the checks of a member fail meanwhile, its requests move at once, whatever this says. Default: off.",
	);
const redispatch = z
	.boolean()
	.optional()
	.describe("Retry at another member. `false`: only at the same one, and only where it closed a reused connection. Default: true.");
const statuses = z
	.array(retryStatus)
	.optional()
	.describe(
		"Statuses after which another member is tried, `[503]`. Only for requests that may be repeated; if no other member is left, the client gets the response. Default: none.",
	);
const keepBody = size
	.optional()
	.describe(
		"Most of a request's body that is kept for a retry. Once a node was sent more than this, the request is not sent again. Default: 64KiB.",
	);

export const retry = z.strictObject({
	attempts,
	perTry,
	redispatch,
	statuses,
	keepBody,
	budget: percentage
		.optional()
		.describe(
			"Most retries in a pool, as a share of its requests in the last 10 seconds, so that retries do not finish off a pool in trouble. Default: 20%.",
		),
	budgetMin: z
		.int()
		.min(0)
		.max(100_000)
		.optional()
		.describe(
			"Retries that are always allowed, a second on average: in any 10 seconds ten times as many, also all at once (30 with the default). Default: 3.",
		),
});

export const routeRetry = z.strictObject({
	attempts,
	perTry,
	redispatch,
	statuses,
	keepBody,
	repeat: z
		.enum(["idempotent", "always", "never"])
		.optional()
		.describe(
			"Which requests may be sent again after bytes of them were written and no response came. `idempotent`: GET, HEAD, OPTIONS, PUT and DELETE. `always`: all, for what only reads, whatever the method. `never`: none. What never reached a member is sent to another one in any case. Default: `idempotent`; `always` for `/oauth2/introspect`, `/oauth2/userinfo` and `/oauth2/jwks`; `never` for `/commonauth` and `/oauth2/token`, where codes and refresh tokens are used up by the first try.",
		),
});

export const priority = z
	.enum(["high", "normal", "low"])
	.optional()
	.describe("Whose requests go first where some wait for a member. Default: `normal`.");
