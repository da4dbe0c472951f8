/** The part of the schema about the health of nodes. Nothing has a default here: what the file leaves out is the product's (health/presetHealth.ts). */

import { z } from "zod";
import type { FailureKind, StatusRange } from "../plan/health.ts";
import { duration, headerName, headerValue, method, percentage, size } from "./scalars.ts";

const FAILURE_KINDS = ["connect", "timeout", "broken", "unavailable", "serverError"] as const satisfies readonly FailureKind[];

/** Shorter than that, and checks would be a load of their own. */
const time = duration.refine((ms) => ms >= 10, { error: (issue) => `at least 10ms is expected, not ${String(issue.input)}ms` });
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
/** `off` is a word of YAML's older self: people write `false` for it. */
const off = (what: string) =>
	z.literal("off", {
		error: (issue) => (issue.input === false ? `\`${what}\` is off, or a mapping\nwrite \`${what}: off\`` : undefined),
	});

const check = z.strictObject({
	kind: z
		.enum(["http", "tls", "tcp"])
		.optional()
		.describe(
			"`http`: a request must be answered well. `tls`: the handshake must succeed. `tcp`: the port must accept. Default: `http` where a `path` is given, else `tcp` for product `http`.",
		),
	path: z
		.string()
		.max(2048)
		.regex(/^\/[\x21\x22\x24-\x7e]*$/, { error: "this is not a path on a node\nsuch as /health or /health?ready=1" })
		.meta({ title: "path" })
		.optional()
		.describe(
			"What is asked for, as the node knows it. Default: what the WSO2 product has: `/api/health-check/v1.0/health`, else `/services/Version`; `/health-check` on traffic ports, `/health` on WebSocket ports; `/` for product `http`.",
		),
	method: method.optional().describe("Default: GET."),
	headers: z.record(headerName, headerValue).optional().describe("More request headers. Host is the service's first public host."),
	via: z.enum(POOL_KINDS).optional().describe("Ask on this port of the node instead of the pool's own."),
	status: z.array(statusRange).min(1).optional().describe("What it may be answered. Default: 200-299."),
	body: z
		.strictObject({
			contains: z.string().min(1).max(1000).optional().describe("A text that is in it."),
			matches: z
				.string()
				.min(1)
				.max(1000)
				.meta({ title: "regular expression" })
				.optional()
				.describe(
					"RE2 syntax (https://github.com/google/re2/wiki/Syntax), which has no back references and no lookaround: the time is linear in the body. It matches anywhere in the body.",
				),
		})
		.optional()
		.describe("What the body must hold."),
	bodyLimit: size.optional().describe("How much of the body is read. Default: 64KiB."),
	absent: z
		.array(status)
		.optional()
		.describe(
			"Statuses by which a node says that it does not have this endpoint: then `gatedBy` alone decides. Default: none; the products' own checks have 401, 403 and 404.",
		),
	rise: z.int().min(1).max(100).optional().describe("Checks in a row that must pass before a node is up again. Default: 2."),
	fall: z.int().min(1).max(100).optional().describe("Checks in a row that must fail before a node is down. Default: 3."),
	initial: z
		.enum(["up", "unknown", "mustPass", "down"])
		.optional()
		.describe(
			"Before the first check. `unknown` (default): gets requests, and the first check decides. `up`: gets requests until `fall` checks failed. `mustPass`: gets none until one passed. `down`: gets none until `rise` passed.",
		),
	interval: time.optional().describe("From one check to the next. Default: 5s."),
	fastInterval: time
		.optional()
		.describe("The same while it is not clear whether the node is up or down. Default: 1s, or `interval` if that is less."),
	downInterval: time.optional().describe("The same while the node is down. Default: as `interval`."),
	jitter: percentage.optional().describe("How much each interval is longer or shorter, at random. Default: 10%."),
	timeout: time.optional().describe("One check, from its first packet to its last. Default: 3s."),
	drainOn: z
		.array(status)
		.optional()
		.describe(
			"Statuses of a check that put a node that is up in drain, `[404]` or `[503]`: it gets no new clients, and those that it has stay. Default: none.",
		),
});

const minClients = z
	.int()
	.min(1)
	.max(2)
	.optional()
	.describe(
		"Clients (IPv4 addresses or IPv6 /64 networks) that must have seen the failures, apart from failed connections, which no client can cause. `1`: one client is enough, for a Portico that sees all users under one address. Default: 2.",
	);

const passive = z.strictObject({
	connect: inARow.optional().describe("Connections that fail. Default: 3."),
	timeout: inARow.optional().describe("Requests that are not answered in time. Default: 5; 0 on API traffic."),
	broken: inARow.optional().describe("Answers that break off or are not HTTP. Default: 5."),
	unavailable: inARow.optional().describe("Answers 502, 503 and 504. Default: 5; 0 on API traffic, where an API's own are passed on."),
	serverError: inARow.optional().describe("All other 5xx. Default: 0."),
	minClients,
	baseTime: time
		.optional()
		.describe(
			"Time that a node is out the first time. The second time lasts twice as long, the third three times, and so on up to `maxTime`. Default: 10s.",
		),
	maxTime: time.optional().describe("The longest it is out. Default: 5m."),
	jitter: percentage.optional().describe("How much that is shorter, at random. Default: 10%."),
	forgetAfter: time
		.optional()
		.describe(
			"Time without another ejection after which the number of ejections drops by one. That number sets how long the next one lasts. Default: 1m.",
		),
	trialAnswers: z.int().min(1).max(1000).optional().describe("Good answers in a row by which it is trusted again. Default: 5."),
});

const breaker = z.strictObject({
	counts: z
		.array(z.enum(FAILURE_KINDS))
		.min(1)
		.optional()
		.describe(
			"What counts as an error. Default: the kinds that `passive` counts unless the file says otherwise; `connect`, `timeout`, `broken` and `unavailable` for product `http`.",
		),
	errorRatio: percentage.optional().describe("Share of errors that takes a node out. Default: 50%."),
	minVolume: z
		.int()
		.min(1)
		.max(1_000_000)
		.optional()
		.describe("With fewer requests than that in the window nothing is decided. Default: 20."),
	minClients,
	window: time.optional().describe("How far back it looks. Default: 10s."),
	openTime: time.optional().describe("How long the node is out. Default: 10s."),
	jitter: percentage.optional().describe("How much that is longer, at random. Default: 10%."),
	trialAnswers: z.int().min(1).max(1000).optional().describe("Good answers in a row by which it is trusted again. Default: 5."),
});

export const health = z.strictObject({
	check: z
		.union([check, off("check")])
		.optional()
		.describe("Portico asks each node again and again. Default: the WSO2 products have checks of their own; product `http` has none."),
	gatedBy: z
		.enum([...POOL_KINDS, "off"], {
			error: (issue) => (issue.input === false ? "`gatedBy` is a kind of pool, or off\nwrite `gatedBy: off`" : undefined),
		})
		.optional()
		.describe(
			"A node comes up here only after its port of that kind is up. Default: `servlet` for the other ports of the WSO2 products, whose APIs are deployed last.",
		),
	passive: passive
		.optional()
		.describe("How many failures in a row of the traffic itself take a node out; 0: never, which is the default for product `http`."),
	breaker: z
		.union([breaker, off("breaker")])
		.optional()
		.describe("Takes a node out by its share of failures. Default: `off` for product `http`."),
	maxEjected: percentage
		.optional()
		.describe(
			"Share of the nodes that failures of the traffic may take out at a time, rounded down, but at least one. The last one that can serve is never taken out. Default: 50%.",
		),
	panic: z
		.enum(["passive", "all", "off"])
		.optional()
		.describe(
			"Nodes to use when none is available. `passive` (default): those that only failures of the traffic took out. `all`: the same; if there are none, every enabled node, also those whose checks fail. `off`: none, clients get 503.",
		),
});

export type HealthConfig = z.output<typeof health>;
export type CheckConfig = z.output<typeof check>;
