import { TestAuthority } from "../../harness/certs.ts";
import type { Scope } from "../../harness/deadline.ts";
import { field, fieldValues, type RawResponse } from "../../harness/message.ts";
import { type Portico, startPortico } from "../../harness/portico.ts";
import { type ClientOptions, connectRaw, exchange } from "../../harness/rawClient.ts";
import type { RawSocket } from "../../harness/rawSocket.ts";
import { startTomcatPair, type TomcatOptions, type TomcatPair } from "../../harness/tomcat.ts";

export const HOST = "sso.example.com";

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
		return exchange(scope, this.portico.port, requestText(path, fields), { tls: this.#tls });
	}

	async connect(scope: Scope): Promise<RawSocket> {
		return connectRaw(scope, this.portico.port, { tls: this.#tls });
	}
}

function requestText(path: string, fields: readonly string[] = []): string {
	return [`GET ${path} HTTP/1.1`, `Host: ${HOST}`, ...fields, "", ""].join("\r\n");
}

export async function openTomcatStage(scope: Scope, options: TomcatOptions = {}): Promise<TomcatStage> {
	const [pair, authority] = await Promise.all([startTomcatPair(scope, options), TestAuthority.create()]);
	const { cert, key } = await authority.issue({ names: [HOST] });
	const config = {
		public: `https://${HOST}`,
		listeners: [{ address: "127.0.0.1:0", tls: { certificates: [{ cert: "sso.pem", key: "sso.key" }] } }],
		services: {
			is: {
				product: "wso2-is",
				prefix: "/is-",
				transport: "http",
				nodes: pair.nodes.map(({ name, http }) => ({ name, host: "127.0.0.1", ports: { servlet: http } })),
				routes: [{ path: "/x" }],
				// It has none of the product's endpoints.
				health: { check: { kind: "tcp", interval: "500ms" }, passive: { baseTime: "1s" } },
			},
		},
		accessLog: { path: "-", format: "json" },
		workers: 1,
	};
	const portico = await startPortico(scope, config, { files: { "sso.pem": cert, "sso.key": key } });
	return new TomcatStage(pair, portico, { ca: authority.cert, servername: HOST });
}

/** A user of `count.jsp`: one connection while it lasts, and cookies. */
export class Visitor {
	readonly #stage: TomcatStage;
	readonly #scope: Scope;
	#client: RawSocket | null = null;
	readonly #cookies = new Map<string, string>();

	constructor(stage: TomcatStage, scope: Scope) {
		this.#stage = stage;
		this.#scope = scope;
	}

	/** Throws an Error for anything but 200. */
	async count(): Promise<{ readonly node: string; readonly count: number; readonly session: string }> {
		this.#client ??= await this.#stage.connect(this.#scope);
		const cookie = [...this.#cookies].map((pair) => pair.join("=")).join("; ");
		await this.#client.send(requestText("/is-x/count.jsp", cookie === "" ? [] : [`Cookie: ${cookie}`]));
		const response = await this.#client.response("GET", 10_000);
		if (response.status !== 200) throw new Error(`${response.status} ${response.body}`);
		for (const value of fieldValues(response, "set-cookie")) {
			const [, name = "", text = ""] = /^([^=]+)=([^;]*)/.exec(value) ?? [];
			this.#cookies.set(name, text);
		}
		if (field(response, "connection") === "close") this.#client = null;
		return JSON.parse(response.body.toString()) as { node: string; count: number; session: string };
	}
}
