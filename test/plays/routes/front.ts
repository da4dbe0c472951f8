import { createKeystore } from "../../../estate/keystore.ts";
import { type NodeOptions, type RunningNode, startNode } from "../../../estate/node.ts";
import type { SeenRequest } from "../../../estate/requestLog.ts";
import { TestAuthority } from "../../harness/certs.ts";
import type { Scope } from "../../harness/deadline.ts";
import { type RawResponse, requestText } from "../../harness/message.ts";
import { type LogLine, type Portico, startPortico } from "../../harness/portico.ts";
import { type ClientOptions, connectRaw } from "../../harness/rawClient.ts";
import type { RawSocket } from "../../harness/rawSocket.ts";

export type Product = "is" | "apim";

/** Where the products are in public: dash `/is-x`, slash `/is/x`, or each on a host of its own. */
export type Form = "dash" | "slash" | "hosts";

/** Who may use restricted paths. */
export const INSIDER = "127.0.0.9";

/** One node of each product in this process. */
export interface Nodes {
	readonly is: RunningNode;
	readonly apim: RunningNode;
	/** PEM. */
	readonly trust: string;
}

export async function startNodes(scope: Scope, apim: Partial<NodeOptions> = {}, is: Partial<NodeOptions> = {}): Promise<Nodes> {
	const keystore = await createKeystore(["is-1", "apim-1"]);
	const nodes = {
		is: await startNode({ product: "is", name: "is-1", keystore, ...is }),
		apim: await startNode({ product: "apim", name: "apim-1", keystore, ...apim }),
	};
	scope.after(async () => {
		await nodes.is.close();
		await nodes.apim.close();
	});
	return { ...nodes, trust: keystore.cert };
}

export interface FrontOptions {
	readonly form?: Form;
	readonly transport?: "https" | "http";
	/** What a service's part says besides. */
	readonly is?: object;
	readonly apim?: { readonly version?: string; readonly [key: string]: unknown };
	/** The rest of the configuration. */
	readonly config?: object;
}

export interface Ask {
	readonly method?: string;
	readonly fields?: readonly string[];
	readonly body?: string;
	readonly host?: string;
	/** Address the client comes from. */
	readonly from?: string;
}

export interface Asked {
	readonly response: RawResponse;
	/** What reached a node because of it. */
	readonly seen: readonly (SeenRequest & { readonly product: Product })[];
}

/** Portico in front of the nodes, speaking TLS to clients. */
export class Front {
	readonly portico: Portico;
	readonly nodes: Nodes;
	readonly form: Form;
	readonly #tls: NonNullable<ClientOptions["tls"]>;

	constructor(portico: Portico, nodes: Nodes, form: Form, tls: NonNullable<ClientOptions["tls"]>) {
		this.portico = portico;
		this.nodes = nodes;
		this.form = form;
		this.#tls = tls;
	}

	hostOf(product: Product): string {
		return this.form === "hosts" ? `${product}.example.com` : "sso.example.com";
	}

	/** The public form of a node's path. */
	publicPath(product: Product, path: string): string {
		if (this.form === "hosts") return path;
		return this.form === "dash" ? `/${product}-${path.slice(1)}` : `/${product}${path}`;
	}

	async connect(scope: Scope, from?: string): Promise<RawSocket> {
		return connectRaw(scope, this.portico.port, { tls: this.#tls, ...(from === undefined ? {} : { localAddress: from }) });
	}

	/** One request to a public path on a connection of its own. */
	async ask(scope: Scope, product: Product, publicPath: string, options: Ask = {}): Promise<Asked> {
		const { method = "GET", fields = [], body, host = this.hostOf(product), from } = options;
		const { is, apim } = this.nodes;
		is.requests.clear();
		apim.requests.clear();
		const client = await this.connect(scope, from);
		await client.send(requestText(method, publicPath, { host, fields, ...(body === undefined ? {} : { body }) }));
		const response = await client.response(method);
		client.destroy();
		const seen = [
			...is.requests.last.map((request) => ({ product: "is" as const, ...request })),
			...apim.requests.last.map((request) => ({ product: "apim" as const, ...request })),
		];
		return { response, seen };
	}

	/** Lines of the access log so far. */
	get accessLog(): LogLine[] {
		return this.portico.log.filter((line) => "request_id" in line);
	}
}

export async function startFront(scope: Scope, nodes: Nodes, options: FrontOptions = {}): Promise<Front> {
	const { form = "dash", transport = "https" } = options;
	const authority = await TestAuthority.create();
	const { cert, key } = await authority.issue({ names: ["sso.example.com", "is.example.com", "apim.example.com"] });
	const service = (product: Product) => ({
		product: `wso2-${product}`,
		...(form === "hosts" ? { host: `${product}.example.com` } : { prefix: form === "dash" ? `/${product}-` : `/${product}/` }),
		transport,
		...(transport === "https" ? { trust: "nodes.pem" } : {}),
		access: { restricted: { allow: [`${INSIDER}/32`] } },
		// What reaches a node here came from a client, and its faults are for clients to see.
		health: { check: "off" },
		nodes: [{ name: `${product}-1`, host: "localhost", ports: portsOf(nodes[product], transport, options.apim?.version) }],
		...options[product],
	});
	const config = {
		public: "https://sso.example.com",
		listeners: [{ address: "127.0.0.1:0", tls: { certificates: [{ cert: "sso.pem", key: "sso.key" }] } }],
		services: { is: service("is"), apim: service("apim") },
		accessLog: { path: "-", format: "json" },
		workers: 1,
		...options.config,
	};
	const portico = await startPortico(scope, config, { files: { "sso.pem": cert, "sso.key": key, "nodes.pem": nodes.trust } });
	return new Front(portico, nodes, form, { ca: authority.cert, servername: "sso.example.com" });
}

function portsOf({ product, ports }: RunningNode, transport: "https" | "http", version = "4.x"): object {
	const secure = transport === "https";
	const servlet = secure ? ports.servletHttps : ports.servletHttp;
	if (product === "is") return { servlet };
	return {
		servlet,
		gateway: secure ? ports.gatewayHttps : ports.gatewayHttp,
		websocket: secure ? ports.websocketTls : ports.websocket,
		// Products before 4.0 have no event receiver, so there is no port to name.
		...(version.startsWith("4") ? { websub: secure ? ports.websubTls : ports.websub } : {}),
	};
}

/** Kind of traffic, as pools are called. */
export type Port = "servlet" | "gateway" | "websocket" | "websub";

/** As the node's request log names the port. */
export function portName(port: Port, transport: "https" | "http"): string {
	if (port === "websocket") return "websocket";
	if (port === "websub") return transport === "https" ? "websubTls" : "websub";
	return port + (transport === "https" ? "Https" : "Http");
}
