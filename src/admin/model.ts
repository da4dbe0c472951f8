/** What the admin API takes and gives: types, validation, serialisation and the OpenAPI document all come from here. */
import { z } from "zod";
import { DURATION } from "../config/units.ts";

const count = z.int().min(0);
const countOrNull = count.nullable();
const moment = z.string().meta({ format: "date-time" });
const health = z.enum(["up", "down", "unknown"]).describe("What is observed.");
const adminState = z.enum(["enabled", "draining", "disabled"]).describe("What operators want.");
const mode = z
	.enum(["soft", "hard"])
	.describe("soft: clients that affinity keeps here stay, new ones go elsewhere; hard: all go elsewhere with their next request.");
const duration = (text: string) => z.string().regex(DURATION).describe(`${text} A whole number and ms, s, m, h or d: \`10m\`.`);

const drain = z
	.strictObject({
		mode,
		since: moment,
		deadline: moment.nullable().describe("When a soft drain becomes a hard one; null: never."),
		overdue: z.boolean().describe("The deadline passed before it was empty."),
		empty: z
			.boolean()
			.describe("Nothing is left. Where sessions are not counted, a soft drain is empty when nobody came for the time of `quiet`."),
		quietMs: count.describe("That time."),
		quietForMs: count.describe("Since when nobody came."),
		inFlight: count,
		sessions: countOrNull.describe("Clients that affinity keeps here; null: not known."),
		flows: countOrNull.describe("Logins under way that are kept here; null: not known."),
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
		drain: drain.nullable().describe("Null: it does not drain."),
	})
	.meta({ id: "Member" });

const node = z
	.strictObject({
		name: z.string(),
		service: z.string(),
		zone: z.string().nullable(),
		adminState: z.enum(["enabled", "draining", "disabled", "mixed"]).describe("Of its members; mixed: they differ."),
		drain: drain.nullable().describe("Of its members together: the first beginning, the last deadline, sums. Null: none drains."),
		members: z.array(member),
	})
	.meta({ id: "Node" });

const service = z
	.strictObject({
		name: z.string(),
		product: z.string(),
		pools: z.array(
			z.strictObject({
				name: z.string(),
				kind: z.string(),
				policy: z.string(),
				members: count,
				eligible: count.describe("Members that may be given new clients."),
			}),
		),
		nodes: z.array(node),
	})
	.meta({ id: "Service" });

const status = z
	.strictObject({
		time: moment,
		public: z.string().describe("The public origin."),
		ready: z.boolean().describe("Every worker accepts, and the process is not ending."),
		draining: z.boolean().describe("The process is ending."),
		workers: z.strictObject({ configured: count, listening: count, deaths: count }),
		connections: count.describe("Open connections of clients."),
		services: z.array(service),
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

const failure = z.strictObject({ error: z.strictObject({ code: z.string(), message: z.string() }) }).meta({ id: "Error" });

const probe = z.strictObject({ status: z.string() }).meta({ id: "Probe" });
const openApi = z.looseObject({ openapi: z.string() }).meta({ id: "OpenApi" });

export const MODEL = { status, node, member, change, failure, probe, openApi } as const;

export type StatusReport = z.infer<typeof status>;
export type ServiceReport = z.infer<typeof service>;
export type NodeReport = z.infer<typeof node>;
export type MemberReport = z.infer<typeof member>;
export type DrainReport = z.infer<typeof drain>;
export type ChangeRequest = z.infer<typeof change>;
export type FailureReport = z.infer<typeof failure>;
