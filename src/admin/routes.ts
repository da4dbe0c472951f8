/** The routes of the admin server as data: the server registers them, and the OpenAPI document is made from them. */
import type { z } from "zod";
import { toMilliseconds } from "../config/units.ts";
import type { Log } from "../log/log.ts";
import type { AdminStates, Change } from "./adminStates.ts";
import { type ChangeRequest, type MaintenanceReport, type MaintenanceRequest, MODEL, type ReloadRequest } from "./model.ts";
import type { ProcessView } from "./processView.ts";
import { isReady, memberReport, membersOfNode, nodeReport, statusReport, unreadiness } from "./statusReport.ts";

/** What a handler gets. Checked against the route's schemas before. */
export interface Call {
	/** Value of `{name}` in the path, decoded. */
	readonly name: string;
	readonly body: unknown;
	/** Who asks, for the log. */
	readonly by: string;
	readonly from: string;
}

export interface Reply {
	readonly status: number;
	readonly body: unknown;
}

export interface AdminRoute {
	readonly method: "GET" | "PATCH" | "POST";
	/** As OpenAPI writes it; `{name}` is one segment. */
	readonly path: string;
	readonly summary: string;
	/** Of `{name}`. */
	readonly nameIs?: string;
	readonly body?: z.ZodType;
	/** Schemas of JSON answers, by status; `text`: plain text. */
	readonly answers: Readonly<Record<number, { readonly text: string; readonly body: z.ZodType | "text" }>>;
	readonly handle: (call: Call) => Reply | Promise<Reply>;
}

/** A response that says what is wrong. */
export function failure(status: number, code: string, message: string): Reply {
	return { status, body: { error: { code, message } } };
}

export interface RouteContext {
	readonly view: ProcessView;
	readonly states: AdminStates;
	readonly log: Log;
	/** Milliseconds since the epoch. */
	readonly now: () => number;
}

export function adminRoutes(context: RouteContext): AdminRoute[] {
	return [...probeRoutes(context), ...statusRoutes(context), ...targetRoutes(context), maintenanceRoute(context), reloadRoute(context)];
}

function probeRoutes({ view }: RouteContext): AdminRoute[] {
	return [
		{
			method: "GET",
			path: "/livez",
			summary: "Whether the process is alive.",
			answers: { 200: { text: "It is alive.", body: MODEL.probe } },
			handle: () => ({ status: 200, body: { status: "live" } }),
		},
		{
			method: "GET",
			path: "/readyz",
			summary:
				"Whether Portico serves: every worker accepts connections, new clients are not refused because memory is short, and the process does not drain.",
			answers: {
				200: { text: "Ready.", body: MODEL.probe },
				503: { text: "Starting, short of memory, or draining.", body: MODEL.probe },
			},
			handle: () => {
				if (isReady(view)) return { status: 200, body: { status: "ready" } };
				return { status: 503, body: { status: unreadiness(view) } };
			},
		},
	];
}

function statusRoutes({ view, states, now }: RouteContext): AdminRoute[] {
	return [
		{
			method: "GET",
			path: "/metrics",
			summary: "Metrics in the text format of Prometheus.",
			answers: { 200: { text: "The metrics.", body: "text" } },
			handle: async () => ({ status: 200, body: await view.metrics(statusReport(view, states, now())) }),
		},
		{
			method: "GET",
			path: "/api/v1/status",
			summary: "Services, pools, nodes and members, with health, admin state and load.",
			answers: { 200: { text: "The state of all.", body: MODEL.status } },
			handle: () => ({ status: 200, body: statusReport(view, states, now()) }),
		},
	];
}

function maintenanceRoute({ view }: RouteContext): AdminRoute {
	return {
		method: "POST",
		path: "/api/v1/maintenance",
		summary: "Puts a service or the whole instance in maintenance, or ends it. Requests in flight finish.",
		body: MODEL.maintenance,
		answers: {
			200: { text: "It is in force.", body: MODEL.maintained },
			404: { text: "There is no such service.", body: MODEL.failure },
			409: { text: "Nothing has changed.", body: MODEL.failure },
		},
		handle: async ({ by, from, body }) => {
			const { on, service = null } = body as MaintenanceRequest;
			if (service !== null && !view.plan.services.some(({ name }) => name === service)) {
				const names = [...new Set(view.plan.services.map(({ name }) => name))].join(", ");
				return failure(404, "service_not_found", `There is no service ${JSON.stringify(service.slice(0, 200))}; there are ${names}.`);
			}
			const problem = await view.switchMaintenance(service, on, { by, from });
			if (problem !== null) return failure(409, "maintenance_refused", `${problem}; nothing has changed`);
			const { maintenance, services } = view.plan;
			const report: MaintenanceReport = {
				on: maintenance,
				services: services
					.filter(({ front }) => front === null)
					.map((each) => ({ name: each.name, maintenance: maintenance || each.maintenance.on })),
			};
			return { status: 200, body: report };
		},
	};
}

function reloadRoute({ view }: RouteContext): AdminRoute {
	return {
		method: "POST",
		path: "/api/v1/reload",
		summary: "Reads the configuration file again and applies it if it has no problems.",
		body: MODEL.reload,
		answers: {
			200: { text: "The file is applied. With `dryRun`, it is only checked.", body: MODEL.reloaded },
			409: { text: "Nothing has changed. `error` has the reason, `problems` lists the problems of the file.", body: MODEL.notReloaded },
		},
		handle: async ({ by, from, body }) => {
			const { dryRun = false } = body as ReloadRequest;
			const outcome = await (dryRun ? view.tryReload() : view.reload({ by, from }));
			const { warnings } = outcome;
			const file = view.configFile;
			if (outcome.ok) return { status: 200, body: { file, changes: outcome.changes, restart: outcome.restart, warnings } };
			const { reason, problems } = outcome;
			return {
				status: 409,
				body: { file, error: { code: "config_refused", message: `${reason}; nothing has changed` }, problems, warnings },
			};
		},
	};
}

/** What can be drained: a node with all its members, or one member. */
interface Target {
	readonly kind: "node" | "member";
	readonly members: (name: string) => readonly number[];
	readonly report: (name: string) => unknown;
}

function targetRoutes(context: RouteContext): AdminRoute[] {
	const { view, states } = context;
	const memberOf = (name: string): number => view.plan.members.findIndex((member) => member.name === name);
	const node: Target = {
		kind: "node",
		members: (name) => membersOfNode(view, name),
		report: (name) => nodeReport(view, states, name),
	};
	const member: Target = {
		kind: "member",
		members: (name) => [memberOf(name)].filter((index) => index >= 0),
		report: (name) => memberReport(view, states, memberOf(name)),
	};
	return [...routesOf(node, context), ...routesOf(member, context)];
}

function routesOf(target: Target, context: RouteContext): AdminRoute[] {
	const { kind } = target;
	const body = MODEL[kind];
	const path = `/api/v1/${kind}s/{name}`;
	const nameIs = kind === "node" ? "Name of a node: `is-1`." : "Name of a member, its slash encoded: `is-1%2Fservlet`.";
	const absent = { text: `There is no such ${kind}.`, body: MODEL.failure };
	const notFound = (name: string): Reply => failure(404, `${kind}_not_found`, `There is no ${kind} ${JSON.stringify(name.slice(0, 200))}.`);
	return [
		{
			method: "GET",
			path,
			summary: `One ${kind}.`,
			nameIs,
			answers: { 200: { text: `The ${kind}.`, body }, 404: absent },
			handle: ({ name }) => (target.members(name).length === 0 ? notFound(name) : { status: 200, body: target.report(name) }),
		},
		{
			method: "PATCH",
			path,
			summary:
				kind === "node" ? "Changes all members of a node: admin state, drain, weight." : "Changes one member: admin state, drain, weight.",
			nameIs,
			body: MODEL.change,
			answers: {
				200: { text: `The ${kind} as it is now.`, body },
				400: { text: "The change is not possible.", body: MODEL.failure },
				404: absent,
			},
			handle: (call) => {
				const members = target.members(call.name);
				if (members.length === 0) return notFound(call.name);
				const change = changeOf(call.body as ChangeRequest);
				if (typeof change === "string") return failure(400, "change_refused", change);
				context.states.change(members, change);
				tell(context.log, kind, call, call.body as ChangeRequest);
				return { status: 200, body: target.report(call.name) };
			},
		},
	];
}

/** Or what is wrong with it. */
function changeOf(request: ChangeRequest): Change | string {
	const { adminState, drain, deadline, quiet, weight } = request;
	const isDrain = drain !== undefined || deadline !== undefined || quiet !== undefined;
	if (isDrain && adminState !== undefined && adminState !== "draining")
		return `drain, deadline and quiet do not go with adminState ${adminState}`;
	if (!isDrain && adminState === undefined && weight === undefined) return "there is nothing to change";
	if (drain === "hard" && (deadline !== undefined || quiet !== undefined))
		return "a hard drain moves all at once: it has no deadline and no quiet";
	const state = isDrain ? "draining" : adminState;
	return {
		...(state === undefined ? {} : { adminState: state }),
		...(drain === undefined ? {} : { drain }),
		...(deadline === undefined ? {} : { deadline: toMilliseconds(deadline) }),
		...(quiet === undefined ? {} : { quiet: toMilliseconds(quiet) }),
		...(weight === undefined ? {} : { weight }),
	};
}

function tell(log: Log, kind: "node" | "member", { name, by, from }: Call, change: ChangeRequest): void {
	const { adminState, drain, deadline, quiet, weight } = change;
	log.info("admin_changed", { by, from, [kind]: name, admin_state: adminState, drain, deadline, quiet, weight });
}
