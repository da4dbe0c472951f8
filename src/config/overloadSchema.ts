/** `overload`, `retry` and `priority` of portico.yaml. */
import { z } from "zod";
import { duration, durationOrOff, percentage, size } from "./scalars.ts";

const cap = z.int().min(0).max(1_000_000);
const retryStatus = z.int().min(500, { error: "a status must be from 500 to 599" }).max(599, { error: "a status must be from 500 to 599" });

export const overload = z.strictObject({
	maxRequests: cap
		.optional()
		.describe("Requests in flight at one member, including upgraded connections but not event streams. 0: no limit.")
		.meta({ whenUnset: "`250`, the number of threads of a Carbon node; no limit for `websocket` and `websub`" }),
	maxConnections: cap
		.optional()
		.describe("Connections to one member for requests, including idle ones. 0: no limit.")
		.meta({ whenUnset: "as `maxRequests`" }),
	queue: z
		.int()
		.min(0)
		.max(1_000_000)
		.optional()
		.describe(
			"Requests that may be queued for the members of a pool. Clients take turns, and the `priority` of routes counts. Further requests get 503 with Retry-After. 0: no queue.",
		)
		.meta({ default: 1000 }),
	queueTimeout: duration
		.optional()
		.describe("Maximum time in the queue. After it, the client gets 503 with Retry-After.")
		.meta({ whenUnset: "`5s`" }),
});

const attempts = z
	.int()
	.min(1)
	.max(10)
	.optional()
	.describe("Maximum attempts per request, including the first. 1: no retry.")
	.meta({ default: 4 });
const perTry = durationOrOff
	.optional()
	.describe(
		"Maximum time from the end of the request to the first byte of the response, for any attempt that another can follow. Applies only to requests that may be repeated; has no effect if it is not below `timeouts.firstByte`.",
	)
	.meta({ whenUnset: "`off`" });
const redispatch = z
	.boolean()
	.optional()
	.describe("Retry on another member. `false`: retry only on the same member, and only if it closed a reused connection.")
	.meta({ default: true });
const statuses = z
	.array(retryStatus)
	.optional()
	.describe(
		"Response statuses that trigger a retry on another member, for example `[503]`. Applies only to requests that may be repeated. If no other member is left, the client gets the response.",
	)
	.meta({ default: [] });
const keepBody = size
	.optional()
	.describe("Maximum part of a request body to keep for a retry. Once more than this was sent to a node, the request is not retried.")
	.meta({ whenUnset: "`64KiB`" });

export const retry = z.strictObject({
	attempts,
	perTry,
	redispatch,
	statuses,
	keepBody,
	budget: percentage
		.optional()
		.describe(
			"Maximum retries in a pool, as a percentage of its requests in the last 10 seconds. It keeps retries from overloading a pool in trouble.",
		)
		.meta({ whenUnset: "`20%`" }),
	budgetMin: z
		.int()
		.min(0)
		.max(100_000)
		.optional()
		.describe(
			"Retries per second that are always allowed, so that quiet pools can retry. Counted over 10 seconds: with 3, up to 30 retries may come at once.",
		)
		.meta({ default: 3 }),
});

const SERVICES = "the service's";

export const routeRetry = z.strictObject({
	attempts: attempts.meta({ whenUnset: SERVICES }),
	perTry: perTry.meta({ whenUnset: SERVICES }),
	redispatch: redispatch.meta({ whenUnset: SERVICES }),
	statuses: statuses.meta({ whenUnset: SERVICES }),
	keepBody: keepBody.meta({ whenUnset: SERVICES }),
	repeat: z
		.enum(["idempotent", "always", "never"])
		.optional()
		.describe(
			"Requests that may be sent again after bytes of them were sent and before a response has begun. `idempotent`: GET, HEAD, OPTIONS, PUT and DELETE. `always`: any method, for requests that only read. `never`: none. A request of which nothing was sent is always retried.",
		)
		.meta({
			whenUnset:
				"`idempotent`; `always` for `/oauth2/introspect`, `/oauth2/userinfo` and `/oauth2/jwks`; `never` for `/commonauth` and `/oauth2/token`, whose codes and refresh tokens can be used only once",
		}),
});

export const priority = z
	.enum(["high", "normal", "low"])
	.optional()
	.describe("Order in the queue: `high` before `normal` before `low`.")
	.meta({ default: "normal" });
