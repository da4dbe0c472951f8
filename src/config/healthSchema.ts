/** `health` of services and pools, as portico.yaml has it. Keys that the file leaves out get the product's values (products/presetHealth.ts). */

import { z } from "zod";
import type { FailureKind, StatusRange } from "../plan/health.ts";
import { duration, headerName, headerValue, method, percentage, size } from "./scalars.ts";

const FAILURE_KINDS = ["connect", "timeout", "broken", "unavailable", "serverError"] as const satisfies readonly FailureKind[];

/** With shorter times, the checks themselves would load the nodes. */
const time = duration.refine((ms) => ms >= 10, { error: (issue) => `a time must be at least 10ms, not ${String(issue.input)}ms` });
const inARow = z.int().min(0).max(10_000);
const POOL_KINDS = ["servlet", "gateway", "websocket", "websub"] as const;
const STATUS_HINT = { error: "a status is 100 to 599\nsuch as 200, or 200-299" };
const status = z.int().min(100, STATUS_HINT).max(599, STATUS_HINT);
const statusRange = z
	.union([status, z.string().regex(/^[1-5]\d\d-[1-5]\d\d$/, STATUS_HINT)], STATUS_HINT)
	.transform((value): StatusRange => {
		if (typeof value === "number") return [value, value];
		const [from = 0, to = 0] = value.split("-").map(Number);
		return [from, to];
	})
	.meta({ title: "status or range" });
/** In YAML 1.1, `off` is a boolean, so people write `false`. */
const off = (what: string) =>
	z.literal("off", {
		error: (issue) => (issue.input === false ? `\`${what}\` is off or a map\nwrite \`${what}: off\`` : undefined),
	});

const check = z.strictObject({
	kind: z
		.enum(["http", "tls", "tcp"])
		.optional()
		.describe(
			"`http`: a request must get an expected response. `tls`: the TLS handshake must succeed. `tcp`: the port must accept a connection.",
		)
		.meta({ whenUnset: "`http` if there is a `path`; otherwise `tcp` for product `http`" }),
	path: z
		.string()
		.max(2048)
		.regex(/^\/[\x21\x22\x24-\x7e]*$/, { error: "this is not a path on a node\nsuch as /health or /health?ready=1" })
		.meta({ title: "path" })
		.optional()
		.describe("Path to request, as the node knows it.")
		.meta({
			whenUnset:
				"of the WSO2 product: `/api/health-check/v1.0/health`, or `/services/Version` if the node lacks it; `/health-check` on traffic ports, `/health` on WebSocket ports; `/` for product `http`",
		}),
	method: method.optional().describe("Method of the request.").meta({ default: "GET" }),
	headers: z.record(headerName, headerValue).optional().describe("More request headers. Host is the service's first public host."),
	via: z.enum(POOL_KINDS).optional().describe("Send the check to this port of the node instead of the pool's own."),
	status: z
		.array(statusRange)
		.min(1)
		.optional()
		.describe("Expected statuses, single or as ranges.")
		.meta({ default: ["200-299"] }),
	body: z
		.strictObject({
			contains: z.string().min(1).max(1000).optional().describe("Text that the body must contain."),
			matches: z
				.string()
				.min(1)
				.max(1000)
				.meta({ title: "regular expression" })
				.optional()
				.describe(
					"Regular expression that must match anywhere in the body, in the syntax of RE2 (https://github.com/google/re2/wiki/Syntax), which has no back references and no lookaround.",
				),
		})
		.optional()
		.describe("What the body must contain."),
	bodyLimit: size.optional().describe("Maximum part of the body to read.").meta({ whenUnset: "`64KiB`" }),
	absent: z
		.array(status)
		.optional()
		.describe("Statuses that mean that the node does not have this endpoint. Then only `gatedBy` decides.")
		.meta({ whenUnset: "none; `401`, `403` and `404` for the products' own checks" }),
	rise: z.int().min(1).max(100).optional().describe("Consecutive checks that must pass before a node is up again.").meta({ default: 2 }),
	fall: z.int().min(1).max(100).optional().describe("Consecutive checks that must fail before a node is down.").meta({ default: 3 }),
	initial: z
		.enum(["up", "unknown", "mustPass", "down"])
		.optional()
		.describe(
			"State before the first check. `unknown`: gets requests, and the first check decides. `up`: gets requests until `fall` checks have failed. `mustPass`: gets none until one check has passed. `down`: gets none until `rise` checks have passed.",
		)
		.meta({ default: "unknown" }),
	interval: time.optional().describe("Time from one check to the next.").meta({ whenUnset: "`5s`" }),
	fastInterval: time
		.optional()
		.describe("The same while it is not certain whether the node is up or down.")
		.meta({ whenUnset: "`1s`, or `interval` if that is shorter" }),
	downInterval: time.optional().describe("The same while the node is down.").meta({ whenUnset: "as `interval`" }),
	jitter: percentage.optional().describe("Random change of each interval, up or down.").meta({ whenUnset: "`10%`" }),
	timeout: time.optional().describe("Maximum time of one check, from its first packet to its last.").meta({ whenUnset: "`3s`" }),
	drainOn: z
		.array(status)
		.optional()
		.describe(
			"Check statuses that put a healthy node in drain, for example `[404]` or `[503]`: it gets no new clients, and existing ones stay.",
		)
		.meta({ default: [] }),
});

const minClients = z
	.int()
	.min(1)
	.max(2)
	.optional()
	.describe(
		"Clients (IPv4 addresses or IPv6 /64 networks) that must have seen the failures. Failed connections need no client, because no client can cause them. 1: one client is enough, for a Portico that sees all users under one address.",
	)
	.meta({ default: 2 });

const passive = z.strictObject({
	connect: inARow.optional().describe("Consecutive failed connections.").meta({ whenUnset: "`3`; `0` for product `http`" }),
	timeout: inARow
		.optional()
		.describe("Consecutive requests without a response in time.")
		.meta({ whenUnset: "`5`; `0` on API traffic and for product `http`" }),
	broken: inARow
		.optional()
		.describe("Consecutive responses that break off or are not HTTP.")
		.meta({ whenUnset: "`5`; `0` for product `http`" }),
	unavailable: inARow
		.optional()
		.describe("Consecutive responses with 502, 503 or 504.")
		.meta({ whenUnset: "`5`; `0` for product `http` and on API traffic, which passes on the statuses of backends" }),
	serverError: inARow.optional().describe("Consecutive responses with any other status from 500 to 599.").meta({ default: 0 }),
	minClients,
	baseTime: time
		.optional()
		.describe("Time of the first ejection. The second one lasts twice as long, the third three times, and so on up to `maxTime`.")
		.meta({ whenUnset: "`10s`" }),
	maxTime: time.optional().describe("Maximum time of an ejection.").meta({ whenUnset: "`5m`" }),
	jitter: percentage.optional().describe("Maximum random reduction of the ejection time.").meta({ whenUnset: "`10%`" }),
	forgetAfter: time
		.optional()
		.describe("Time without another ejection after which the ejection count drops by one. The count sets the length of the next ejection.")
		.meta({ whenUnset: "`1m`" }),
	trialAnswers: z
		.int()
		.min(1)
		.max(1000)
		.optional()
		.describe("Consecutive good responses that end the probation after an ejection.")
		.meta({ default: 5 }),
});

const breaker = z.strictObject({
	counts: z
		.array(z.enum(FAILURE_KINDS))
		.min(1)
		.optional()
		.describe("Kinds of failures that count as errors.")
		.meta({ whenUnset: "the kinds that `passive` counts by default; `connect`, `timeout`, `broken` and `unavailable` for product `http`" }),
	errorRatio: percentage.optional().describe("Percentage of errors that ejects a node.").meta({ whenUnset: "`50%`" }),
	minVolume: z
		.int()
		.min(1)
		.max(1_000_000)
		.optional()
		.describe("Minimum requests in the window. With fewer, the breaker does not decide.")
		.meta({ default: 20 }),
	minClients,
	window: time.optional().describe("Time over which requests are counted.").meta({ whenUnset: "`10s`" }),
	openTime: time.optional().describe("Time for which the node is ejected.").meta({ whenUnset: "`10s`" }),
	jitter: percentage.optional().describe("Maximum random extension of that time.").meta({ whenUnset: "`10%`" }),
	trialAnswers: z
		.int()
		.min(1)
		.max(1000)
		.optional()
		.describe("Consecutive good responses that end the probation after an ejection.")
		.meta({ default: 5 }),
});

export const health = z.strictObject({
	check: z
		.union([check, off("check")])
		.optional()
		.describe("Health checks: requests that Portico sends to each node at regular intervals. `off`: none.")
		.meta({ whenUnset: "the checks of the WSO2 product; `off` for product `http`" }),
	gatedBy: z
		.enum([...POOL_KINDS, "off"], {
			error: (issue) => (issue.input === false ? "`gatedBy` is a kind of pool, or off\nwrite `gatedBy: off`" : undefined),
		})
		.optional()
		.describe("Kind of port of the same node that must be up before this one can be. `off`: none.")
		.meta({ whenUnset: "`servlet` for the other ports of the WSO2 products, whose APIs are deployed last; `off` otherwise" }),
	passive: passive
		.optional()
		.describe("Passive checks: consecutive failures of real requests that eject a node. 0: never.")
		.meta({ whenUnset: "see its keys; all 0 for product `http`" }),
	breaker: z
		.union([breaker, off("breaker")])
		.optional()
		.describe("Circuit breaker: ejects a node by its percentage of failures.")
		.meta({ whenUnset: "see its keys; `off` for product `http`" }),
	maxEjected: percentage
		.optional()
		.describe(
			"Percentage of the nodes that passive checks and the breaker may eject at a time, rounded down, but at least one. The last node that can serve is never ejected.",
		)
		.meta({ whenUnset: "`50%`" }),
	panic: z
		.enum(["passive", "all", "off"])
		.optional()
		.describe(
			"Nodes to use when none is available. `passive`: those that only passive checks ejected. `all`: the same; if there are none, every enabled node, even if its checks fail. `off`: none, clients get 503.",
		)
		.meta({ default: "passive" }),
});

export type HealthConfig = z.output<typeof health>;
export type CheckConfig = z.output<typeof check>;
