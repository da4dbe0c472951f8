/** Two scripted nodes that log in as WSO2's products do, and clients that bring no cookie. Every value says which node made it. */
import type { Scope } from "../../harness/deadline.ts";
import { field, type RawRequest, responseText } from "../../harness/message.ts";
import { type Portico, type PorticoOptions, startPortico } from "../../harness/portico.ts";
import { exchange } from "../../harness/rawClient.ts";
import { type RawServer, startRawServer } from "../../harness/rawServer.ts";
import { serve } from "../../harness/stage.ts";

export interface FlowNode {
	readonly name: string;
	readonly server: RawServer;
	readonly requests: RawRequest[];
}

/** Answers with its name, or redirects as `?to=` of the request says, in which `NEW` becomes a value of its own. */
export async function startFlowNode(scope: Scope, name: string): Promise<FlowNode> {
	const requests: RawRequest[] = [];
	const answer = (request: RawRequest): string => {
		requests.push(request);
		const to = new URL(request.target, "http://node").searchParams.get("to");
		return to === null
			? responseText(200, [], name)
			: responseText(302, [`Location: ${to.replaceAll("NEW", `${name}-${requests.length}`)}`], name);
	};
	return { name, server: await startRawServer(scope, serve(answer)), requests };
}

export interface FlowOptions {
	readonly affinity?: object;
	readonly config?: object;
	readonly service?: object;
	readonly portico?: PorticoOptions;
}

export async function startFlowFront(scope: Scope, nodes: readonly FlowNode[], options: FlowOptions = {}): Promise<Portico> {
	return startPortico(
		scope,
		{
			public: "http://localhost",
			listeners: [{ address: "127.0.0.1:0" }],
			services: {
				is: {
					product: "wso2-is",
					prefix: "/is-",
					transport: "http",
					nodes: nodes.map(({ name, server }) => ({ name, host: "127.0.0.1", ports: { servlet: server.port } })),
					health: { check: { kind: "tcp" } },
					affinity: options.affinity ?? {},
					...options.service,
				},
			},
			accessLog: [],
			workers: 3,
			...options.config,
		},
		options.portico,
	);
}

export interface Hop {
	readonly status: number;
	/** The node that answered. */
	readonly node: string;
	readonly location: URL;
	/** `name=value` of our cookie, or none. */
	readonly cookie: string | undefined;
}

/** A request on a connection of its own, so that any worker may get it. */
export async function hop(scope: Scope, portico: Portico, head: string, fields: readonly string[] = [], body = ""): Promise<Hop> {
	const lines = [
		`${head} HTTP/1.1`,
		"Host: localhost",
		"Connection: close",
		...fields,
		...(body === "" ? [] : [`Content-Length: ${body.length}`]),
		"",
		body,
	];
	const answer = await exchange(scope, portico.port, lines.join("\r\n"));
	return {
		status: answer.status,
		node: answer.body.toString(),
		location: new URL(field(answer, "location") ?? "/none", "http://none"),
		cookie: field(answer, "set-cookie")?.replace(/;.*/s, ""),
	};
}

const FORM = "Content-Type: application/x-www-form-urlencoded";

export async function postForm(scope: Scope, portico: Portico, path: string, values: Readonly<Record<string, string>>): Promise<Hop> {
	return hop(scope, portico, `POST ${path}`, [FORM], new URLSearchParams(values).toString());
}

/** A new client is sent there. */
export async function redirected(scope: Scope, portico: Portico, to: string, path = "/is-oauth2/authorize"): Promise<Hop> {
	return hop(scope, portico, `GET ${path}?to=${encodeURIComponent(to)}`);
}

/** The node that made a value. */
export const maker = (value: string | null): string => (value ?? "nobody").replace(/-\d+$/, "");
