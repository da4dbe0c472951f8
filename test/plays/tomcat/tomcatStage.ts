import { TestAuthority } from "../../harness/certs.ts";
import type { Scope } from "../../harness/deadline.ts";
import { field, fieldValues, type RawResponse, requestText } from "../../harness/message.ts";
import { type Portico, type PorticoOptions, startPortico } from "../../harness/portico.ts";
import { type ClientOptions, connectRaw, exchange } from "../../harness/rawClient.ts";
import type { RawSocket } from "../../harness/rawSocket.ts";
import { startTomcatPair, type TomcatOptions, type TomcatPair } from "../../harness/tomcat.ts";

export const HOST = "sso.example.com";
/** Milliseconds. */
const ANSWER_WITHIN = 20_000;
const CONNECTION_BYTES = 64 * 1024;
/** A visitor closes its connections by itself: over a long time there are many. */
const OWN: Scope = { after: () => undefined };

/** Two Tomcat nodes as nodes of a product with the prefix `/is-`, so that their `/x/` is public as `/is-x/`; TLS to clients, none to them. */
export class TomcatStage {
	readonly pair: TomcatPair;
	readonly portico: Portico;
	readonly #tls: NonNullable<ClientOptions["tls"]>;

	constructor(pair: TomcatPair, portico: Portico, tls: NonNullable<ClientOptions["tls"]>) {
		this.pair = pair;
		this.portico = portico;
		this.#tls = tls;
	}

	/** One GET on a connection of its own. */
	async get(scope: Scope, path: string, ...fields: string[]): Promise<RawResponse> {
		return exchange(scope, this.portico.port, requestText("GET", path, { host: HOST, fields }), { tls: this.#tls });
	}

	async connect(scope: Scope): Promise<RawSocket> {
		return connectRaw(scope, this.portico.port, { tls: this.#tls });
	}
}

export interface StageOptions {
	/** What the service's part of the configuration says beside nodes and routes. */
	readonly service?: object;
	/** The rest of the configuration. */
	readonly config?: object;
	readonly portico?: PorticoOptions;
}

export async function openTomcatStage(scope: Scope, options: TomcatOptions & StageOptions = {}): Promise<TomcatStage> {
	return stageBefore(scope, await startTomcatPair(scope, options), options);
}

/** A Portico before nodes that run already. */
export async function stageBefore(scope: Scope, pair: TomcatPair, options: StageOptions = {}): Promise<TomcatStage> {
	const authority = await TestAuthority.create();
	const { cert, key } = await authority.issue({ names: [HOST] });
	const config = {
		public: `https://${HOST}`,
		listeners: [{ address: "127.0.0.1:0", tls: { certificates: [{ cert: "sso.pem", key: "sso.key" }] } }],
		services: {
			is: {
				product: "wso2-is",
				prefix: "/is-",
				transport: "http",
				nodes: pair.nodes.map(({ name, address, http }) => ({ name, host: address, ports: { servlet: http } })),
				routes: [{ path: "/x" }],
				// It has none of the product's endpoints.
				health: { check: { kind: "tcp", interval: "500ms" }, passive: { baseTime: "1s" } },
				...options.service,
			},
		},
		accessLog: { path: "-", format: "json" },
		admin: { address: "127.0.0.1:0" },
		workers: 1,
		...options.config,
	};
	const portico = await startPortico(scope, config, { ...options.portico, files: { "sso.pem": cert, "sso.key": key } });
	return new TomcatStage(pair, portico, { ca: authority.cert, servername: HOST });
}

/** One visit of a page that counts. */
export interface Visit {
	/** Stands in the access log's path too. */
	readonly id: string;
	readonly node: string;
	readonly session: string;
	readonly count: number;
}

/** A user of `count.jsp`: a connection while it lasts, and cookies. */
export class Visitor {
	readonly #stage: TomcatStage;
	readonly #method: "GET" | "POST";
	#client: RawSocket | null = null;
	readonly #cookies = new Map<string, string>();

	constructor(stage: TomcatStage, scope: Scope, method: "GET" | "POST" = "GET") {
		this.#stage = stage;
		this.#method = method;
		scope.after(() => this.leave());
	}

	/** Throws an Error for anything but 200; the visitor can go on then. */
	async count(id = ""): Promise<Visit> {
		this.#client ??= await this.#stage.connect(OWN);
		const response = await this.#exchange(this.#client, this.#request(id));
		if (response.status !== 200) throw new Error(`${response.status} ${response.body}`);
		for (const value of fieldValues(response, "set-cookie")) {
			const [, name = "", text = ""] = /^([^=]+)=([^;]*)/.exec(value) ?? [];
			this.#cookies.set(name, text);
		}
		return { ...(JSON.parse(response.body.toString()) as Omit<Visit, "id">), id };
	}

	async #exchange(client: RawSocket, request: string): Promise<RawResponse> {
		let goesOn = false;
		try {
			await client.send(request);
			const response = await client.response(this.#method, ANSWER_WITHIN);
			// A new connection now and then: everything that came over one is kept.
			goesOn = field(response, "connection") !== "close" && client.received.length < CONNECTION_BYTES;
			return response;
		} finally {
			if (!goesOn) this.leave();
		}
	}

	/** Closes its connection. */
	leave(): void {
		this.#client?.destroy();
		this.#client = null;
	}

	#request(id: string): string {
		const cookie = [...this.#cookies].map((pair) => pair.join("=")).join("; ");
		const fields = cookie === "" ? [] : [`Cookie: ${cookie}`];
		const body = this.#method === "POST" ? "name=value" : "";
		if (body !== "") fields.push("Content-Type: application/x-www-form-urlencoded", `Content-Length: ${body.length}`);
		return requestText(this.#method, `/is-x/count.jsp?visit=${id}`, { host: HOST, fields }) + body;
	}
}
