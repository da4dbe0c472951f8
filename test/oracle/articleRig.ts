/** The article's Apache and Portico with examples/article.yaml, in front of the same scripted nodes. */
import { chmodSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { startApache } from "../harness/apache.ts";
import { TestAuthority } from "../harness/certs.ts";
import type { Scope } from "../harness/deadline.ts";
import { temporaryFolder } from "../harness/folder.ts";
import { field, fieldValues, type RawRequest, type RawResponse } from "../harness/message.ts";
import { startPortico } from "../harness/portico.ts";
import { freePorts } from "../harness/ports.ts";
import { type ClientOptions, exchange } from "../harness/rawClient.ts";
import { startRawServer } from "../harness/rawServer.ts";
import { serve } from "../harness/stage.ts";
import type { ArticleRequest } from "./articleRequests.ts";

/**
 * What can differ, by name. `outcome` is the status and what the node was asked, if it was; all else is there only if it was, "" for a field that
 * did not come.
 */
export type Observation = Readonly<Record<string, string>>;

export interface ArticleRig {
	/** Sends the request to both and tells what came back and what the node saw. */
	compare(request: ArticleRequest): Promise<{ apache: Observation; portico: Observation }>;
}

/** The nodes' ports, named as in the article. */
const PORTS = { "is 9763": "IS_9763", "apim 9763": "APIM_9763", "apim 8280": "APIM_8280", "apim 9099": "APIM_9099" } as const;
type PortName = keyof typeof PORTS;

const PUBLIC_HOST = "sso.yenlo.com";
const FIXTURES = fileURLToPath(new URL("../fixtures/article/", import.meta.url));
const EXAMPLE = fileURLToPath(new URL("../../examples/article.yaml", import.meta.url));
/** Response fields that are compared. */
const ANSWER_FIELDS = ["Location", "Set-Cookie", "Content-Type", "Content-Location", "Refresh", "Link", "Server", "X-Powered-By"];
/** Request fields that are compared at the node. */
const NODE_FIELDS = [
	"Host",
	"X-Forwarded-For",
	"X-Forwarded-Host",
	"X-Forwarded-Server",
	"X-Forwarded-Proto",
	"X-Forwarded-Port",
	"X-Request-Id",
	"X_Forwarded_For",
	"X-Real-IP",
	"X-WSO2-CLIENT-CERTIFICATE",
	"X-SSL-CERT",
	"Upgrade",
];

interface Seen {
	readonly port: PortName;
	readonly request: RawRequest;
}

/** The nodes: each answers a request as its case says, and remembers what it saw. */
class Nodes {
	readonly ports = new Map<PortName, number>();
	#case: ArticleRequest | null = null;
	#seen: Seen | null = null;

	async start(scope: Scope): Promise<void> {
		for (const name of Object.keys(PORTS) as PortName[]) {
			const script = serve((request) => {
				this.#seen = { port: name, request };
				return this.#answer(request);
			});
			this.ports.set(name, (await startRawServer(scope, script)).port);
		}
	}

	/** What comes next is this request. */
	expect(request: ArticleRequest): void {
		this.#case = request;
		this.#seen = null;
	}

	get seen(): Seen | null {
		return this.#seen;
	}

	#answer(request: RawRequest): string {
		const [status, ...fields] = this.#case?.answer ?? [200, "Content-Type: text/plain"];
		const host = field(request, "host") ?? "";
		const lines = fields.map((line) => line.replaceAll("{host}", host));
		return [`HTTP/1.1 ${status} Scripted`, ...lines, "Content-Length: 2", "", request.method === "HEAD" ? "" : "ok"].join("\r\n");
	}
}

/** Starts all of it; lives as long as the scope. */
export async function startArticleRig(scope: Scope): Promise<ArticleRig> {
	const nodes = new Nodes();
	await nodes.start(scope);
	const apachePorts = await startArticleApache(scope, nodes.ports);
	const portico = await startArticlePortico(scope, nodes.ports);
	const observe = async (request: ArticleRequest, port: number, options: ClientOptions): Promise<Observation> => {
		nodes.expect(request);
		const response = await exchange(scope, port, requestText(request), options);
		return observation(response, nodes.seen, new Map<string, number>([...nodes.ports, ["80", port]]));
	};
	return {
		compare: async (request) => ({
			apache: await observe(request, apachePorts[request.vhost], {}),
			portico: await observe(request, portico.port, { tls: portico.tls }),
		}),
	};
}

async function startArticleApache(scope: Scope, ports: ReadonlyMap<PortName, number>): Promise<Record<ArticleRequest["vhost"], number>> {
	const [apim = 0, is = 0, printed = 0] = await freePorts(3);
	const pages = temporaryFolder(scope);
	chmodSync(pages, 0o755);
	const config = [
		'LogFormat "%h %l %u %t \\"%r\\" %>s %b \\"%{Referer}i\\" \\"%{User-Agent}i\\"" combined',
		...[apim, is, printed].map((port) => `Listen 127.0.0.1:${port}`),
		`DocumentRoot ${pages}`,
		"Define LOGS %{folder}/logs",
		...Object.entries(PORTS).map(([name, variable]) => `Define ${variable} ${ports.get(name as PortName)}`),
		`Define APIM_PORT ${apim}`,
		`Include ${FIXTURES}apim.conf`,
		`Define IS_PORT ${printed}`,
		`Include ${FIXTURES}is.conf`,
		`Define IS_PORT ${is}`,
		"Define WITH_CONDITION",
		`Include ${FIXTURES}is.conf`,
	].join("\n");
	await startApache(scope, { modules: ["headers", "rewrite", "proxy", "proxy_http"], config });
	return { apim, is, "is as printed": printed };
}

interface ExampleConfig {
	listeners: { address: string }[];
	services: Record<"is" | "apim", { nodes: object[]; health?: object }>;
}

/** examples/article.yaml as it is, but for addresses: one node of each product here, and a free port. */
async function startArticlePortico(
	scope: Scope,
	ports: ReadonlyMap<PortName, number>,
): Promise<{ port: number; tls: NonNullable<ClientOptions["tls"]> }> {
	const authority = await TestAuthority.create();
	const { cert, key } = await authority.issue({ names: [PUBLIC_HOST] });
	const config = parse(readFileSync(EXAMPLE, "utf8")) as ExampleConfig;
	for (const listener of config.listeners) listener.address = "127.0.0.1:0";
	const node = (product: "is" | "apim", more: object): object => ({
		name: product,
		host: "127.0.0.1",
		ports: { servlet: ports.get(`${product} 9763`), ...more },
	});
	config.services.is.nodes = [node("is", {})];
	config.services.apim.nodes = [node("apim", { gateway: ports.get("apim 8280"), websocket: ports.get("apim 9099") })];
	// Every request at a node is compared.
	for (const service of Object.values(config.services)) service.health = { check: "off" };
	const portico = await startPortico(scope, config, {
		files: { "tls/sso.pem": cert, "tls/sso.key": key },
		env: { PORTICO_LOG_DIR: temporaryFolder(scope), PORTICO_TLS_DIR: "tls" },
	});
	return { port: portico.port, tls: { ca: authority.cert, servername: PUBLIC_HOST } };
}

function requestText({ line, host = PUBLIC_HOST, fields = [], body }: ArticleRequest): string {
	const hostLine = host === "" ? [] : [`Host: ${host}`];
	const length = body === undefined ? [] : [`Content-Length: ${body.length}`];
	const connection = fields.some((each) => each.startsWith("Connection:")) ? [] : ["Connection: close"];
	return [`${line} HTTP/1.1`, ...hostLine, ...fields, ...length, ...connection, "", body ?? ""].join("\r\n");
}

/** Ports of this run are written as in the article, what is new every time by what it is. */
function observation(response: RawResponse, seen: Seen | null, ports: ReadonlyMap<string, number>): Observation {
	const allow = response.status === 405 ? `, Allow: ${field(response, "allow")}` : "";
	if (seen === null) return { outcome: `${response.status}${allow}` };
	const told: Record<string, string> = {
		outcome: `${response.status} from ${seen.port}: ${seen.request.method} ${seen.request.target}`,
		body: response.body.toString("latin1"),
		"body at the node": seen.request.body.toString("latin1"),
	};
	for (const name of ANSWER_FIELDS)
		told[name] = fieldValues(response, name)
			.filter((value) => !isAffinity(value))
			.join(" | ");
	told["affinity cookie"] = fieldValues(response, "set-cookie").filter(isAffinity).join(" | ");
	for (const name of NODE_FIELDS) told[`${name} at the node`] = fieldValues(seen.request, name).join(" | ");
	return Object.fromEntries(Object.entries(told).map(([aspect, value]) => [aspect, settled(value, ports)]));
}

function isAffinity(setCookie: string): boolean {
	return setCookie.startsWith("portico-");
}

function settled(text: string, ports: ReadonlyMap<string, number>): string {
	let same = text
		.replace(/^(portico-\w+)=[\w-]+/, "$1=(sealed)")
		.replace(/^Apache\/\S+ .*$/, "Apache")
		.replace(/^[0-9a-f]{8,}[\w-]*$/, "(new)");
	for (const [name, port] of ports) same = same.replaceAll(`:${port}`, name.includes(" ") ? `:${name.split(" ")[1]}` : "");
	return same;
}
