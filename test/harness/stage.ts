import { type Scope, within } from "./deadline.ts";
import type { RawRequest } from "./message.ts";
import { type LogLine, type Portico, type PorticoOptions, startPortico } from "./portico.ts";
import { type ClientOptions, connectRaw, exchange } from "./rawClient.ts";
import { type RawServer, type Script, type ServerOptions, startRawServer } from "./rawServer.ts";
import type { RawSocket } from "./rawSocket.ts";

/** Limits for plays in which a node gets a short body as it comes, rather than whole. */
export const STREAMED = { requestBuffer: 0 } as const;

export interface StageOptions {
	/** How many services there are for the tests to take, one after the other. */
	readonly services: number;
	/** Nodes of each service; 1 if not given. */
	readonly nodes?: number;
	/** What the service's part of the configuration says beside routes and nodes, by the service's number. */
	readonly service?: (index: number) => object;
	/** What its one route says beside its path. */
	readonly route?: (index: number) => object;
	/** What a node's part says beside name and URL, by its number in the service and the service's. */
	readonly node?: (index: number, service: number) => object;
	/** The rest of the configuration. */
	readonly config?: object;
	/** Nodes speak TLS. */
	readonly tls?: ServerOptions["tls"];
	readonly portico?: PorticoOptions;
}

/** A scripted node; its script is chosen by the test that takes its service. */
export interface StageNode {
	readonly server: RawServer;
	/** Replaceable until its first connection. */
	script: Script;
}

/** One service: a path of its own, and its nodes. */
export interface StageService {
	/** `/s3`; the nodes see the same. */
	readonly path: string;
	readonly nodes: readonly RawServer[];
	/** The first of them. */
	readonly node: RawServer;
}

/**
 * One Portico for all tests of a file, with many services that lead to scripted nodes: each test takes a service nobody has used, so no
 * connection of another test is in its way. Lifetime: its scope.
 */
export class Stage {
	readonly portico: Portico;
	readonly #services: readonly (readonly StageNode[])[];
	readonly #used = new Set<number>();

	constructor(portico: Portico, services: readonly (readonly StageNode[])[]) {
		this.portico = portico;
		this.#services = services;
	}

	get port(): number {
		return this.portico.port;
	}

	/** The next unused service, its nodes following these scripts; one that is left out answers nothing. */
	service(...scripts: readonly Script[]): StageService {
		let index = 0;
		while (this.#used.has(index)) index++;
		return this.at(index, ...scripts);
	}

	/** The service of that number, where settings differ from service to service. */
	at(index: number, ...scripts: readonly Script[]): StageService {
		const nodes = this.#services[index];
		const [first] = nodes ?? [];
		if (nodes === undefined || first === undefined) throw new Error(`the stage has ${this.#services.length} services`);
		this.#used.add(index);
		for (const [at, node] of nodes.entries()) node.script = scripts[at] ?? (() => undefined);
		return { path: `/s${index}`, nodes: nodes.map(({ server }) => server), node: first.server };
	}

	async connect(scope: Scope, options?: ClientOptions): Promise<RawSocket> {
		return connectRaw(scope, this.port, options);
	}

	/** One request on a connection of its own. */
	async exchange(scope: Scope, request: string, options?: ClientOptions): ReturnType<typeof exchange> {
		return exchange(scope, this.port, request, options);
	}

	/** The access log's line of the exchange with this path; the log's format has to be json, on standard output. */
	async logged(path: string): Promise<LogLine> {
		const find = () => this.portico.log.find((line) => line.path === path && "request_id" in line);
		return this.portico.child.until(find, `the access log's line of ${path}`);
	}
}

/** Starts the nodes, then Portico in front of them. */
export async function openStage(scope: Scope, options: StageOptions): Promise<Stage> {
	const count = options.nodes ?? 1;
	const services = await Promise.all(Array.from({ length: options.services }, () => startNodes(scope, count, options)));
	const config = {
		public: "http://localhost",
		listeners: [{ address: "127.0.0.1:0" }],
		services: Object.fromEntries(services.map((nodes, index) => [`s${index}`, serviceConfig(nodes, index, options)])),
		accessLog: [],
		workers: 1,
		...options.config,
	};
	return new Stage(await startPortico(scope, config, options.portico), services);
}

function serviceConfig(nodes: readonly StageNode[], index: number, options: StageOptions): object {
	const scheme = options.tls === undefined ? "http" : "https";
	return {
		product: "http",
		routes: [{ path: `/s${index}`, ...options.route?.(index) }],
		nodes: nodes.map(({ server }, at) => ({
			name: `n${index}-${at}`,
			url: `${scheme}://127.0.0.1:${server.port}`,
			...options.node?.(at, index),
		})),
		...options.service?.(index),
	};
}

async function startNodes(scope: Scope, count: number, options: StageOptions): Promise<StageNode[]> {
	return Promise.all(Array.from({ length: count }, () => startNode(scope, options)));
}

async function startNode(scope: Scope, options: StageOptions): Promise<StageNode> {
	const later: { script: Script } = { script: () => undefined };
	const server = await startRawServer(scope, (connection, index) => later.script(connection, index), {
		...(options.tls === undefined ? {} : { tls: options.tls }),
	});
	return Object.assign(later, { server });
}

/** What a node does with one request: bytes to send, or anything by hand. `number` counts the connection's requests from 0. */
export type Answer = (request: RawRequest, connection: RawSocket, number: number) => Promise<string | undefined> | string | undefined;

/** A script that reads request after request, until the client ends; patient, since a kept connection may wait long for its next one. */
export function serve(answer: Answer | string): Script {
	return async (connection) => {
		try {
			for (let number = 0; ; number++) {
				const request = await connection.request(120_000);
				const bytes = typeof answer === "string" ? answer : await answer(request, connection, number);
				if (typeof bytes === "string") await connection.send(bytes);
			}
		} finally {
			connection.end();
		}
	};
}

/** Polls, for what cannot be waited for in any other way: the state of another process. */
export async function eventually(holds: () => boolean | Promise<boolean>, what: () => string, milliseconds?: number): Promise<void> {
	let waiting = true;
	const poll = async () => {
		while (waiting && !(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
	};
	try {
		await within(poll(), what, milliseconds);
	} finally {
		waiting = false;
	}
}
