/** What the admin API takes and gives: types, validation, serialisation and the OpenAPI document all come from here. */
import { z } from "zod";
import { DURATION } from "../config/units.ts";
import { MEMORY_LEVELS } from "../limit/memoryLevel.ts";

const count = z.int().min(0);
const moment = z.string().meta({ format: "date-time" });
const health = z.enum(["up", "down", "unknown"]).describe("Observed state.");
const adminState = z.enum(["enabled", "draining", "disabled"]).describe("State that the operator set.");
const mode = z
	.enum(["soft", "hard"])
	.describe("soft: clients with affinity to the member stay, new ones go to others. hard: all clients move with their next request.");
const duration = (text: string) => z.string().regex(DURATION).describe(`${text} A whole number and ms, s, m, h or d: \`10m\`.`);

const SESSIONS = "Clients with affinity to the member that sent a request within `sessionIdle`.";
const FLOWS = "Logins in progress that stay on the member.";

const drain = z
	.strictObject({
		mode,
		since: moment.describe("Time at which the drain began."),
		deadline: moment.nullable().describe("Time at which a soft drain becomes a hard one. null: never."),
		overdue: z.boolean().describe("The deadline passed before the member was empty."),
		empty: z
			.boolean()
			.describe(
				"Nothing is left. While `counted` is false, a soft drain is empty only if, in addition, no client with affinity sent a request for the time of `quiet`.",
			),
		quietMs: count.describe("The time of `quiet`."),
		quietForMs: count.describe("Time since the last request of a client with affinity."),
		inFlight: count.describe("Requests in flight."),
		sessions: count.describe(SESSIONS),
		flows: count.describe(FLOWS),
		counted: z.boolean().describe("Portico has run for longer than `sessionIdle`, so it knows all sessions."),
	})
	.meta({ id: "Drain" });

const member = z
	.strictObject({
		name: z.string().describe("`is-1/servlet`"),
		node: z.string().describe("Name of the node: `is-1`."),
		pool: z.string().describe("`is/servlet`"),
		address: z.string().describe("host:port"),
		health,
		healthSince: moment.nullable().describe("Time of the last change of the health. null: it never changed."),
		cause: z
			.string()
			.nullable()
			.describe(
				"Reason of the health: `check`, `gate`, `ejected`, `circuit`, `trial`, `panic` or `initial`. null: the member is not checked.",
			),
		evidence: z.string().nullable().describe("Evidence for the health, as a sentence."),
		selfDraining: z.boolean().describe("The node put itself in drain by its response to a health check (`drainOn`)."),
		adminState,
		standby: z.boolean().describe("Serves only while no other member can."),
		eligible: z.boolean().describe("May get new clients, by health and admin state."),
		weight: count.describe("Active weight."),
		inFlight: count.describe("Attempts in progress."),
		attempts: count.describe("Attempts that have ended since the process started."),
		latencyMs: z.number().nullable().describe("Average latency. null: unknown."),
		sessions: count.describe(SESSIONS),
		flows: count.describe(FLOWS),
		drain: drain.nullable().describe("null: the member does not drain."),
	})
	.meta({ id: "Member" });

const node = z
	.strictObject({
		name: z.string().describe("`is-1`"),
		service: z.string().describe("Name of the service."),
		zone: z.string().nullable().describe("Zone of the node. null: none."),
		roles: z.array(z.string()).describe("Roles of a node of API Manager, such as `gateway`. `all`: every role."),
		adminState: z.enum(["enabled", "draining", "disabled", "mixed"]).describe("Admin state of the members. mixed: they differ."),
		drain: drain.nullable().describe("Drains of the members together: first start, last deadline, sums. null: none drains."),
		members: z.array(member).describe("One member for each pool of the service."),
	})
	.meta({ id: "Node" });

const service = z
	.strictObject({
		name: z.string().describe("`is`"),
		product: z.string().describe("`wso2-is`, `wso2-apim` or `http`."),
		maintenance: z.boolean().describe("Clients get 503 and a maintenance page, because of the switch of the service or of the instance."),
		pools: z.array(
			z.strictObject({
				name: z.string().describe("`is/servlet`"),
				kind: z.string().describe("`servlet`, `gateway`, `websocket` or `websub`."),
				policy: z.string().describe("Balancing policy."),
				members: count.describe("Number of members."),
				eligible: count.describe("Members that may get new clients."),
				waiting: count.describe("Requests in the queue."),
			}),
		),
		nodes: z.array(node).describe("Nodes of the service."),
	})
	.meta({ id: "Service" });

const leak = z
	.strictObject({
		service: z.string().describe("Name of the service."),
		route: z.string().describe("`is:/oauth2/authorize`"),
		where: z.enum(["header", "body"]).describe("Part of the response."),
		kind: z
			.enum(["node", "loopback", "private", "port"])
			.describe("The address found: a node, localhost, a private address, or any host with a port of the nodes."),
		field: z.string().nullable().describe("Header of the first one, in lower case. null: it was in a body."),
		url: z.string().describe("First URL, without its query: `https://localhost:9443/oauth2/authorize`."),
		count: count.describe("Responses with such an address. Portico inspects only a sample of the bodies."),
		firstAt: moment.describe("Time of the first response."),
		lastAt: moment.describe("Time of the last response. Accurate to about a second: workers report once a second."),
		fix: z.string().describe("How to fix it."),
	})
	.meta({ id: "Leak" });

const status = z
	.strictObject({
		time: moment.describe("Time of this report."),
		public: z.string().describe("The public origin."),
		ready: z
			.boolean()
			.describe("Every worker accepts connections, new clients are not refused because memory is short, and the process does not drain."),
		draining: z.boolean().describe("The process drains."),
		maintenance: z.boolean().describe("The whole instance is in maintenance."),
		workers: z.strictObject({
			configured: count.describe("Workers that should run."),
			listening: count.describe("Workers that accept connections."),
			deaths: count.describe("Workers that died since the process started."),
		}),
		connections: count.describe("Open client connections."),
		memory: z.strictObject({
			level: z.enum(MEMORY_LEVELS).describe("From `tight` on, Portico frees memory. From `short` on, it refuses new work."),
			used: count.describe("Bytes that the kernel cannot reclaim."),
			limit: count.describe("Bytes available in total."),
			live: count.describe("Bytes of the objects and buffers of the workers, including garbage that is not collected yet."),
		}),
		services: z.array(service),
		leaks: z.array(leak).describe("Internal addresses in responses to clients since the process started, most frequent first."),
	})
	.meta({ id: "Status" });

const change = z
	.strictObject({
		adminState: adminState.optional(),
		drain: mode.optional().describe("How to drain; default `soft`. Implies `adminState: draining`."),
		deadline: duration("Only with a drain: time after which a soft drain becomes a hard one.").optional(),
		quiet: duration("Only with a drain: time without a request after which the member counts as empty; default 5m.").optional(),
		weight: z.int().min(1).max(1000).optional().describe("1 to 1000."),
	})
	.meta({ id: "Change" });

const problem = z
	.strictObject({
		file: z.string().describe("Configuration file."),
		line: count.describe("From 1."),
		column: count.describe("From 1."),
		problem: z.string().describe("The problem, as a sentence."),
		hint: z.string().optional().describe("How to fix it."),
		excerpt: z.string().optional().describe("The line with a caret below it; two lines of text."),
	})
	.meta({ id: "Problem" });

const reload = z
	.strictObject({ dryRun: z.boolean().optional().describe("Report what would change, and change nothing.") })
	.meta({ id: "Reload" });

const maintenance = z
	.strictObject({
		on: z.boolean().describe("Switch it on or off."),
		service: z.string().optional().describe("Name of a service. Without it, the switch of the whole instance."),
	})
	.meta({ id: "Maintenance" });

const maintained = z
	.strictObject({
		on: z.boolean().describe("The whole instance is in maintenance."),
		services: z
			.array(
				z.strictObject({ name: z.string().describe("`is`"), maintenance: z.boolean().describe("Its clients get the maintenance page.") }),
			)
			.describe("Every service."),
	})
	.meta({ id: "Maintained" });

const configFile = z.string().describe("File that was read.");

const reloaded = z
	.strictObject({
		file: configFile,
		changes: z.array(z.string()).describe("Changes, as sentences. Empty: none."),
		restart: z.array(z.string()).describe("Changes that need a restart, as sentences."),
		warnings: z.array(problem).describe("Warnings about the file."),
	})
	.meta({ id: "Reloaded" });

const refusal = z.strictObject({
	code: z.string().describe("For programs: `node_not_found`."),
	message: z.string().describe("For people."),
});

const notReloaded = z
	.strictObject({
		file: configFile,
		error: refusal,
		problems: z.array(problem).describe("All problems of the file."),
		warnings: z.array(problem).describe("Warnings about the file."),
	})
	.meta({ id: "NotReloaded" });

const failure = z.strictObject({ error: refusal }).meta({ id: "Error" });

const probe = z.strictObject({ status: z.string().describe("`live`, `ready`, or the reason of a 503.") }).meta({ id: "Probe" });
const openApi = z.looseObject({ openapi: z.string() }).meta({ id: "OpenApi" });

export const MODEL = {
	status,
	node,
	member,
	change,
	reload,
	maintenance,
	maintained,
	reloaded,
	notReloaded,
	failure,
	probe,
	openApi,
} as const;

export type StatusReport = z.infer<typeof status>;
export type LeakReport = z.infer<typeof leak>;
export type ServiceReport = z.infer<typeof service>;
export type NodeReport = z.infer<typeof node>;
export type MemberReport = z.infer<typeof member>;
export type DrainReport = z.infer<typeof drain>;
export type ChangeRequest = z.infer<typeof change>;
export type MaintenanceRequest = z.infer<typeof maintenance>;
export type MaintenanceReport = z.infer<typeof maintained>;
export type ReloadRequest = z.infer<typeof reload>;
export type ReloadReport = z.infer<typeof reloaded>;
export type ReloadRefusal = z.infer<typeof notReloaded>;
export type FailureReport = z.infer<typeof failure>;
