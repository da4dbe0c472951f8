/** One simulated environment for many examples, each in front of it as it stands. */
import { readFileSync } from "node:fs";
import { Agent } from "node:https";
import { createServer } from "node:net";
import WebSocket from "ws";
import { Browser } from "../../../estate/browser.ts";
import { type Estate, type EstateOptions, startEstate } from "../../../estate/estate.ts";
import { call } from "../../../estate/httpClient.ts";
import type { SeenRequest } from "../../../estate/requestLog.ts";
import { TestAuthority } from "../../harness/certs.ts";
import { type Scope, within } from "../../harness/deadline.ts";
import { type Portico, startPortico } from "../../harness/portico.ts";
import { freePorts } from "../../harness/ports.ts";
import { placed } from "./placed.ts";

export const ADMIN = { username: "admin", password: "admin" };
/** In the network that the examples call staff. */
export const STAFF = "127.20.0.5";
export const STRANGER = "127.99.0.5";

export interface Rig {
	readonly estate: Estate;
	/** Starts Portico with a file of examples/. */
	serve(scope: Scope, name: string, options?: ServeOptions): Promise<Served>;
	/** What a node of the simulated environment received since this was asked last, Portico's health checks left out. */
	received(node: string): Promise<SeenRequest[]>;
}

interface ServeOptions {
	/** For nodes of product `http`: the origin in the file, and its own. */
	readonly urls?: ReadonlyMap<string, string>;
	/** Variables that have a default in the file. */
	readonly env?: Readonly<Record<string, string>>;
}

/** A running example. */
export interface Served {
	readonly portico: Portico;
	/** PEM to trust for it. */
	readonly trust: string;
	/** Its certificate and key, and both in one, for a load balancer that has its host too: `public.pem`, `public.key`, `public.both`. */
	readonly files: Readonly<Record<string, string>>;
	/** Where clients find the listeners: from the port in the file to the one used. 443 is always there: what forwards it is not in the file. */
	readonly ports: ReadonlyMap<number, number>;
	/** What the simulated environment calls a node of the file. */
	node(name: string): string;
	/** `https://am.example.com`; of a port other than 443 with the one used. */
	origin(host: string, port?: number): string;
	/** @param from its address. @param https where it finds port 443: a load balancer */
	browser(scope: Scope, from?: string, https?: number): Browser;
}

export async function startRig(scope: Scope, options: EstateOptions): Promise<Rig> {
	const [authority, estate] = await Promise.all([TestAuthority.create(), startOnFreeOffset(options)]);
	scope.after(() => estate.close());
	const placesOf = (product: "is" | "apim") =>
		estate.nodes().flatMap((node) => (node.product === product ? [{ name: node.name, offset: node.offset ?? 0 }] : []));
	return {
		estate,
		async serve(scope, name, { urls = new Map(), env = {} } = {}) {
			const text = readFileSync(new URL(`../../../examples/${name}.yaml`, import.meta.url), "utf8");
			const { cert, key } = await authority.issue({ names: hostsIn(text) });
			const nodes = { is: placesOf("is"), apim: placesOf("apim") };
			const { config, ports: listeners, nodes: taken } = placed(text, { nodes, urls, freePorts: await freePorts(4) });
			await estate.unregisterPortals();
			for (const { name: node, publicOrigin } of taken.values())
				await estate.switch(node, { urlOrigin: publicOrigin ?? asShipped(estate, node) });
			const portico = await startPortico(scope, config, {
				files: { "public.pem": cert, "public.key": key, "nodes.pem": estate.trust },
				env: { ...environmentOf(text), ...env },
			});
			const ports = new Map([[443, portico.port], ...listeners]);
			return {
				portico,
				ports,
				trust: authority.cert,
				files: { "public.pem": cert, "public.key": key, "public.both": `${cert}\n${key}` },
				node: (ofFile) => taken.get(ofFile)?.name ?? "",
				origin: (host, port = 443) => `https://${host}${port === 443 ? "" : `:${ports.get(port)}`}`,
				browser(ofTest, from = STRANGER, https = ports.get(443) ?? 0) {
					const made = new Browser({ trust: authority.cert, address: "127.0.0.1", ports: new Map([...ports, [443, https]]), from });
					ofTest.after(() => made.close());
					return made;
				},
			};
		},
		async received(name) {
			const control = `http://127.0.0.1:${estate.nodes().find((node) => node.name === name)?.ports.control}/__estate`;
			const { body } = await call(`${control}/requests`);
			await call(`${control}/clear`, { method: "POST" });
			return (JSON.parse(body.toString()) as SeenRequest[]).filter(({ target }) => !HEALTH.test(target));
		},
	};
}

/** On machines of their own all nodes of a product say `https://localhost:9443`: here, the port of the first one. */
function asShipped(estate: Estate, name: string): string {
	const nodes = estate.nodes();
	const product = nodes.find((node) => node.name === name)?.product;
	return `https://localhost:${nodes.find((node) => node.product === product)?.ports.servletHttps}`;
}

const HEALTH = /health|\/services\/Version/;

/** Every host name that the text has, in the form of a certificate. */
export function hostsIn(text: string): string[] {
	const names = [...text.matchAll(/[\w{}-]+(?:\.[\w-]+)*\.(?:com|org|net)\b/g)].map(([name]) => name.replace(/^\{\w+\}/, "*"));
	return [...new Set(names)];
}

/** A value for each variable that has no default. */
export function environmentOf(text: string): Record<string, string> {
	return Object.fromEntries([...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = ""]) => [name, name.padEnd(40, "-")]));
}

export interface Echo {
	readonly node: string;
	readonly tenant: string | null;
	readonly target: string;
	readonly headers: Readonly<Record<string, string>>;
}

/** What the echo API says of a request. Throws an Error if something else answers. @param base what stands before its context */
export async function echo(client: Browser, base: string): Promise<Echo> {
	const { status, body } = await client.send(`${base}echo/1.0.0/x`);
	if (status !== 200) throw new Error(`${base}: ${status} ${body.toString()}`);
	const told = JSON.parse(body.toString()) as Omit<Echo, "headers"> & { headers: string[] };
	const headers = Object.fromEntries(
		told.headers.flatMap((name, index, all) => (index % 2 === 0 ? [[name.toLowerCase(), all[index + 1] ?? ""]] : [])),
	);
	return { ...told, headers };
}

export async function statusOf(client: Browser, url: string): Promise<number> {
	return (await client.send(url)).status;
}

/** The node behind the WebSocket API at a host. */
export async function webSocketNode(scope: Scope, served: Served, host: string): Promise<string> {
	const socket = new WebSocket(`wss://127.0.0.1:${served.ports.get(443)}/echo/1.0.0`, {
		agent: new Agent({ ca: served.trust, servername: host }),
		headers: { Host: host },
	});
	scope.after(() => socket.terminate());
	const told = Promise.withResolvers<string>();
	socket.on("open", () => socket.send("who"));
	socket.on("message", (data) => told.resolve(String(data)));
	socket.on("error", told.reject);
	return within(told.promise, `an answer of the WebSocket API at ${host}`);
}

/** The products' own ports, moved by an offset at which all of them are free. */
async function startOnFreeOffset(options: EstateOptions, tries = 5): Promise<Estate> {
	const nodes = (options.identityServers ?? 2) + (options.apiManagers ?? 2);
	let offset = 0;
	do offset = 10_000 + Math.floor(Math.random() * 10_000);
	while (!(await areFree(portsFrom(offset, nodes))));
	try {
		return await startEstate({ ...options, offset, node: { ...options.node, urlPort: "own" } });
	} catch (error) {
		if (tries === 1 || !(error instanceof Error && error.message.includes("EADDRINUSE"))) throw error;
		return startOnFreeOffset(options, tries - 1);
	}
}

function portsFrom(offset: number, nodes: number): number[] {
	const shipped = [9443, 9763, 8243, 8280, 8099, 9099, 8021, 9021];
	return shipped.flatMap((port) => Array.from({ length: nodes }, (_, index) => port + offset + index));
}

async function areFree(ports: readonly number[]): Promise<boolean> {
	for (const port of ports) {
		const free = await new Promise<boolean>((resolve) => {
			const server = createServer();
			server.once("error", () => resolve(false));
			server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
		});
		if (!free) return false;
	}
	return true;
}
