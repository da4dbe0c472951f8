import assert from "node:assert/strict";
import { request } from "node:http";
import type { ChangeRequest, MemberReport, NodeReport, StatusReport } from "../../../src/admin/model.ts";
import { type Scope, within } from "../../harness/deadline.ts";
import { responseText } from "../../harness/message.ts";
import { type Portico, type PorticoOptions, startPortico } from "../../harness/portico.ts";
import { type RawServer, startRawServer } from "../../harness/rawServer.ts";
import { eventually, serve } from "../../harness/stage.ts";

/** A node that answers with its name; `/app/slow` waits until it is let go. */
export interface GatedNode {
	readonly name: string;
	readonly server: RawServer;
	/** How many wait. */
	readonly waiting: () => number;
	readonly letGo: () => void;
}

export async function startGatedNode(scope: Scope, name: string): Promise<GatedNode> {
	let waiting = 0;
	const gate = Promise.withResolvers<void>();
	const answer = async ({ target }: { readonly target: string }): Promise<string> => {
		if (target.startsWith("/app/slow")) {
			waiting++;
			await gate.promise;
		}
		return responseText(200, [], name);
	};
	return { name, server: await startRawServer(scope, serve(answer)), waiting: () => waiting, letGo: () => gate.resolve() };
}

/** Service `app` at `/app` with affinity to these nodes, service `api` at `/api` without, and an admin server. */
export async function startAdministered(
	scope: Scope,
	nodes: readonly GatedNode[],
	admin: object = {},
	config: object = {},
	options: PorticoOptions = {},
): Promise<Portico> {
	const nodesOf = (suffix: string) => nodes.map(({ name, server }) => ({ name: name + suffix, url: `http://127.0.0.1:${server.port}` }));
	return startPortico(
		scope,
		{
			public: "http://localhost",
			listeners: [{ address: "127.0.0.1:0" }],
			services: {
				app: { product: "http", routes: [{ path: "/app" }], nodes: nodesOf(""), affinity: { mode: "cookie" } },
				api: { product: "http", routes: [{ path: "/api" }], nodes: nodesOf("-api") },
			},
			accessLog: [],
			workers: 2,
			admin: { address: "127.0.0.1:0", ...admin },
			...config,
		},
		options,
	);
}

/** `127.0.0.1:40123` */
export function adminAddress(portico: Portico): string {
	const address = portico.log.find(({ msg }) => msg === "ready")?.admin;
	assert.equal(typeof address, "string");
	return String(address);
}

export interface AdminAnswer {
	readonly status: number;
	readonly fields: Readonly<Record<string, string | readonly string[] | undefined>>;
	readonly text: string;
}

export interface AdminAsk {
	readonly method?: string;
	readonly fields?: Readonly<Record<string, string>>;
	readonly body?: string;
	/** Connect there instead of 127.0.0.1. */
	readonly host?: string;
}

/** One request at the admin server, on a connection of its own. */
export async function ask(
	portico: Portico,
	path: string,
	{ method = "GET", fields = {}, body, host = "127.0.0.1" }: AdminAsk = {},
): Promise<AdminAnswer> {
	const { promise, resolve, reject } = Promise.withResolvers<AdminAnswer>();
	const port = Number(adminAddress(portico).split(":").at(-1));
	const sent = request({ host, port, path, method, headers: fields, agent: false }, (response) => {
		let text = "";
		response.setEncoding("utf8");
		response.on("data", (chunk: string) => {
			text += chunk;
		});
		response.on("end", () => resolve({ status: response.statusCode ?? 0, fields: response.headers, text }));
		response.on("error", reject);
	});
	sent.on("error", reject);
	sent.end(body);
	return within(promise, `a response to ${method} ${path}`);
}

export async function status(portico: Portico): Promise<StatusReport> {
	const { status: code, text } = await ask(portico, "/api/v1/status");
	assert.equal(code, 200, text);
	return JSON.parse(text) as StatusReport;
}

export async function patch(portico: Portico, path: string, body: ChangeRequest): Promise<AdminAnswer> {
	return ask(portico, path, { method: "PATCH", fields: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

export async function changeNode(portico: Portico, name: string, change: ChangeRequest): Promise<NodeReport> {
	const { status: code, text } = await patch(portico, `/api/v1/nodes/${name}`, change);
	assert.equal(code, 200, text);
	return JSON.parse(text) as NodeReport;
}

export async function memberOf(portico: Portico, name: string): Promise<MemberReport> {
	const { status: code, text } = await ask(portico, `/api/v1/members/${encodeURIComponent(name)}`);
	assert.equal(code, 200, text);
	return JSON.parse(text) as MemberReport;
}

/** Waits until so many requests wait for a member, in all pools. */
export async function untilWaiting(portico: Portico, count: number): Promise<void> {
	let waiting = 0;
	await eventually(
		async () => {
			const { services } = await status(portico);
			waiting = services.flatMap(({ pools }) => pools).reduce((sum, pool) => sum + pool.waiting, 0);
			return waiting === count;
		},
		() => `${count} requests in line; there are ${waiting}`,
	);
}
