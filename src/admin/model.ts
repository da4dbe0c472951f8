/** What the admin API takes and gives: types, validation, serialisation and the OpenAPI document all come from here. */
import { z } from "zod";
import { DURATION } from "../config/units.ts";
import { MEMORY_LEVELS } from "../limit/memoryLevel.ts";

const count = z.int().min(0);
const moment = z.string().meta({ format: "date-time" });
const health = z.enum(["up", "down", "unknown"]).describe("What is observed.");
const adminState = z.enum(["enabled", "draining", "disabled"]).describe("What operators want.");
const mode = z
	.enum(["soft", "hard"])
	.describe("soft: clients that affinity keeps here stay, new ones go elsewhere; hard: all go elsewhere with their next request.");
const duration = (text: string) => z.string().regex(DURATION).describe(`${text} A whole number and ms, s, m, h or d: \`10m\`.`);

const SESSIONS = "Clients that affinity keeps here and that were seen within `sessionIdle`.";
const FLOWS = "Logins under way that are kept here.";

const drain = z
	.strictObject({
		mode,
		since: moment,
		deadline: moment.nullable().describe("When a soft drain becomes a hard one; null: never."),
		overdue: z.boolean().describe("The deadline passed before it was empty."),
		empty: z
			.boolean()
			.describe("Nothing is left. While `counted` is false, a soft drain is empty only when nobody came for the time of `quiet` either."),
		quietMs: count.describe("That time."),
		quietForMs: count.describe("Since when nobody came."),
		inFlight: count,
		sessions: count.describe(SESSIONS),
		flows: count.describe(FLOWS),
		counted: z.boolean().describe("Portico has run for as long as a session may be idle, so that it knows of all."),
	})
	.meta({ id: "Drain" });

const member = z
	.strictObject({
		name: z.string().describe("`is-1/servlet`"),
		node: z.string(),
		pool: z.string().describe("`is/servlet`"),
		address: z.string().describe("host:port"),
		health,
		healthSince: moment.nullable(),
		cause: z.string().nullable().describe("What decided: a check, traffic, the gate of another member, … null: nobody watches it."),
		evidence: z.string().nullable().describe("What was seen, in words."),
		selfDraining: z.boolean().describe("The node asks for nothing new, by its answers to health checks."),
		adminState,
		standby: z.boolean().describe("Serves only while no other member does."),
		eligible: z.boolean().describe("May be given new clients: health and admin state together."),
		weight: count,
		inFlight: count.describe("Attempts that go on now."),
		attempts: count.describe("Attempts that have ended, since the start."),
		latencyMs: z.number().nullable().describe("Average; null: not known."),
		sessions: count.describe(SESSIONS),
		flows: count.describe(FLOWS),
		drain: drain.nullable().describe("Null: it does not drain."),
	})
	.meta({ id: "Member" });

const node = z
	.strictObject({
		name: z.string(),
		service: z.string(),
		zone: z.string().nullable(),
		roles: z.array(z.string()).describe("Of a node of API Manager: `gateway`; `all` where it has every role."),
		adminState: z.enum(["enabled", "draining", "disabled", "mixed"]).describe("Of its members; mixed: they differ."),
		drain: drain.nullable().describe("Of its members together: the first beginning, the last deadline, sums. Null: none drains."),
		members: z.array(member),
	})
	.meta({ id: "Node" });

const service = z
	.strictObject({
		name: z.string(),
		product: z.string(),
		maintenance: z.boolean().describe("Clients get 503 and a maintenance page, because of its own switch or that of the instance."),
		pools: z.array(
			z.strictObject({
				name: z.string(),
				kind: z.string(),
				policy: z.string(),
				members: count,
				eligible: count.describe("Members that may be given new clients."),
				waiting: count.describe("Requests that wait until a member has room."),
			}),
		),
		nodes: z.array(node),
	})
	.meta({ id: "Service" });

const leak = z
	.strictObject({
		service: z.string(),
		route: z.string().describe("`is:/oauth2/authorize`"),
		where: z.enum(["header", "body"]),
		kind: z
			.enum(["node", "loopback", "private", "port"])
			.describe("What was named: a node, localhost, a private address, or any host with a port of the nodes."),
		field: z.string().nullable().describe("Header of the first one, in lower case; null: it was in a body."),
		url: z.string().describe("The first one, without query: `https://localhost:9443/oauth2/authorize`."),
		count: count.describe("Answers that had one. Of bodies only some are looked at."),
		firstAt: moment,
		lastAt: moment.describe("To the second or so: workers tell what they found once a second."),
		fix: z.string().describe("What mends it."),
	})
	.meta({ id: "Leak" });

const status = z
	.strictObject({
		time: moment,
		public: z.string().describe("The public origin."),
		ready: z.boolean().describe("Every worker accepts, no new client is refused for want of memory, and the process is not ending."),
		draining: z.boolean().describe("The process is ending."),
		maintenance: z.boolean().describe("The whole instance is in maintenance."),
		workers: z.strictObject({ configured: count, listening: count, deaths: count }),
		connections: count.describe("Open connections of clients."),
		memory: z.strictObject({
			level: z.enum(MEMORY_LEVELS).describe("From `tight` on Portico gives memory back; from `short` on it refuses new work."),
			used: count.describe("Bytes that the kernel cannot take back."),
			limit: count.describe("Bytes that there are."),
			live: count.describe("Bytes of objects and buffers of the workers; some of them are garbage that is not collected yet."),
		}),
		services: z.array(service),
		leaks: z.array(leak).describe("Internal addresses that left for clients since the start, the most frequent first."),
	})
	.meta({ id: "Status" });

const change = z
	.strictObject({
		adminState: adminState.optional(),
		drain: mode.optional().describe("How to drain; `soft` if not given. Means `adminState: draining`."),
		deadline: duration("Only with draining: after it a soft drain becomes a hard one.").optional(),
		quiet: duration("Only with draining: how long nobody may have come until it counts as empty; 5m if not given.").optional(),
		weight: z.int().min(1).max(1000).optional(),
	})
	.meta({ id: "Change" });

const problem = z
	.strictObject({
		file: z.string(),
		line: count,
		column: count,
		problem: z.string(),
		hint: z.string().optional(),
		excerpt: z.string().optional().describe("The line itself with a caret below it, two lines of text."),
	})
	.meta({ id: "Problem" });

const reload = z
	.strictObject({ dryRun: z.boolean().optional().describe("Only tell what would change; nothing does.") })
	.meta({ id: "Reload" });

const maintenance = z
	.strictObject({
		on: z.boolean(),
		service: z.string().optional().describe("Name of a service. Default: the switch of the whole instance."),
	})
	.meta({ id: "Maintenance" });

const maintained = z
	.strictObject({
		on: z.boolean().describe("The whole instance is in maintenance."),
		services: z.array(z.strictObject({ name: z.string(), maintenance: z.boolean() })),
	})
	.meta({ id: "Maintained" });

const configFile = z.string().describe("The file that was read.");

const reloaded = z
	.strictObject({
		file: configFile,
		changes: z.array(z.string()).describe("What is different now, or would be, in words. Empty: nothing."),
		restart: z.array(z.string()).describe("What the file says and only a restart can change."),
		warnings: z.array(problem),
	})
	.meta({ id: "Reloaded" });

const notReloaded = z
	.strictObject({
		file: configFile,
		error: z.strictObject({ code: z.string(), message: z.string() }),
		problems: z.array(problem).describe("All that is wrong in the file."),
		warnings: z.array(problem),
	})
	.meta({ id: "NotReloaded" });

const failure = z.strictObject({ error: z.strictObject({ code: z.string(), message: z.string() }) }).meta({ id: "Error" });

const probe = z.strictObject({ status: z.string() }).meta({ id: "Probe" });
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
