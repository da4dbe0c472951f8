import type { Scope } from "../../harness/deadline.ts";
import { field, fieldValues, get, type RawRequest, responseText } from "../../harness/message.ts";
import { type Portico, startPortico } from "../../harness/portico.ts";
import { exchange } from "../../harness/rawClient.ts";
import { type RawServer, startRawServer } from "../../harness/rawServer.ts";
import { serve } from "../../harness/stage.ts";

export const SECRET = "a secret that all instances of a test share";

/** A scripted node that answers with its name and keeps every request. */
export interface NamedNode {
	readonly name: string;
	readonly server: RawServer;
	readonly requests: RawRequest[];
}

export async function startNodes(scope: Scope, names: readonly string[], fields: readonly string[] = []): Promise<NamedNode[]> {
	return Promise.all(
		names.map(async (name) => {
			const requests: RawRequest[] = [];
			const answer = (request: RawRequest): string => {
				requests.push(request);
				return responseText(200, fields, name);
			};
			return { name, server: await startRawServer(scope, serve(answer)), requests };
		}),
	);
}

export interface FrontOptions {
	/** Admin states by node; enabled if not given. */
	readonly states?: Readonly<Record<string, string>>;
	/** First signs; none: Portico makes its own. */
	readonly keys?: readonly { readonly id: string; readonly secret: string }[];
	readonly affinity?: object;
	/** Of service `app`. */
	readonly routes?: readonly object[];
	/** What the services say beside that. */
	readonly service?: object;
	/** Service `other` at `/other`, with the same nodes. */
	readonly other?: boolean;
	readonly config?: object;
}

/** A Portico whose service `app` at `/app` has affinity to these nodes. */
export async function startFront(scope: Scope, nodes: readonly NamedNode[], options: FrontOptions = {}): Promise<Portico> {
	const { states = {}, keys = [{ id: "k1", secret: SECRET }], affinity = { mode: "cookie" }, routes = [{ path: "/app" }] } = options;
	const service = (path: string, suffix = "") => ({
		product: "http",
		routes: path === "/app" ? routes : [{ path }],
		nodes: nodes.map(({ name, server }) => ({
			name: name + suffix,
			url: `http://127.0.0.1:${server.port}`,
			state: states[name] ?? "enabled",
		})),
		affinity,
		...options.service,
	});
	return startPortico(scope, {
		public: "http://localhost",
		listeners: [{ address: "127.0.0.1:0" }],
		secrets: { affinity: keys },
		services: { app: service("/app"), ...(options.other === true ? { other: service("/other", "-o") } : {}) },
		accessLog: [],
		workers: 1,
		...options.config,
	});
}

export interface Visit {
	readonly status: number;
	/** Name of the node that answered. */
	readonly node: string;
	/** `name=value` that the client is to send from now on, or null. */
	readonly cookie: string | null;
	readonly setCookies: readonly string[];
	readonly cacheControl: readonly string[];
}

/** One request on a connection of its own. */
export async function visit(scope: Scope, portico: Portico, cookies: readonly string[] = [], path = "/app"): Promise<Visit> {
	const request = get(path, ...cookies.map((cookie) => `Cookie: ${cookie}`), "Connection: close");
	const answer = await exchange(scope, portico.port, request);
	return {
		status: answer.status,
		node: answer.body.toString(),
		cookie: field(answer, "set-cookie")?.replace(/;.*/s, "") ?? null,
		setCookies: fieldValues(answer, "set-cookie"),
		cacheControl: fieldValues(answer, "cache-control"),
	};
}

/** The cookie of a new client. */
export async function newCookie(scope: Scope, portico: Portico, path = "/app"): Promise<{ node: string; cookie: string }> {
	const { node, cookie } = await visit(scope, portico, [], path);
	if (cookie === null) throw new Error("a new client got no cookie");
	return { node, cookie };
}
