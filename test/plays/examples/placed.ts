/**
 * An example in the place of a test: nothing but addresses, ports and files differ from what it says. Pure.
 *
 * - A listener's port becomes a free one, wherever the file names it. 443 and 80 are not named in hosts: clients find them by {@link Placed.ports}.
 * - A host of nodes is this machine. Its ports move together, so that offsets and ports of the example still decide.
 * - `10.x.y.z` becomes `127.x.y.z`, so that clients and load balancers of this machine can have such addresses.
 * - The files that it names become those of the test.
 */
import { parse } from "yaml";

/** A node of the simulated environment: its name there, and how far its ports are moved. */
export interface Place {
	readonly name: string;
	readonly offset: number;
}

export interface Places {
	/** By product, in the order in which the file takes them. */
	readonly nodes: Readonly<Record<"is" | "apim", readonly Place[]>>;
	/** As many as the file has listeners, and one more for the admin server. */
	readonly freePorts: readonly number[];
	/** Origins for nodes of product `http`. */
	readonly urls: ReadonlyMap<string, string>;
}

export interface Placed {
	readonly config: object;
	/** The listeners' ports: from what the example says to what is used. */
	readonly ports: ReadonlyMap<number, number>;
	/** Nodes by their name in the example. */
	readonly nodes: ReadonlyMap<string, PlacedNode>;
}

export interface PlacedNode {
	/** In the simulated environment. */
	readonly name: string;
	/** Origin of the URLs that it writes if it is set up as the comment on top says; null: the comment leaves it as shipped. */
	readonly publicOrigin: string | null;
}

type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value };

interface Node {
	readonly name: string;
	readonly host?: string;
	readonly url?: string;
	readonly offset?: number;
	readonly ports?: Readonly<Record<string, number>>;
}

interface Service {
	readonly product: string;
	readonly host?: string;
	readonly nodes: readonly Node[];
}

interface Example {
	readonly public: string;
	readonly listeners: readonly { readonly address: string }[];
	readonly services: Readonly<Record<string, Service>>;
}

/** Names of files in the folder of the configuration. */
const FILES: Readonly<Record<string, string>> = { cert: "public.pem", key: "public.key", trust: "nodes.pem", ca: "nodes.pem" };

export function placed(text: string, { nodes, freePorts, urls }: Places): Placed {
	const example = parse(text) as Example;
	const [adminPort = 0, ...free] = freePorts;
	const ports = new Map(example.listeners.map(({ address }, index) => [portOf(address), free[index] ?? 0]));
	const left = { is: [...nodes.is], apim: [...nodes.apim] };
	const taken = new Map<string, PlacedNode>();
	const moved = new Map<string, number>();
	const placeNode = ({ product, host: own }: Service, node: Node): object => {
		if (product === "http") return { ...node, url: urls.get(node.url ?? "") ?? "" };
		const place = left[product === "wso2-is" ? "is" : "apim"].shift();
		if (place === undefined) throw new Error(`there is no node for ${node.name}`);
		const origin = own === undefined ? example.public : `https://${own}`;
		const isSetUp = text.includes(`hostname = "${new URL(origin).hostname}"`);
		taken.set(node.name, { name: place.name, publicOrigin: isSetUp ? hereText(origin, ports) : null });
		const { host = "", offset = 0 } = node;
		const shift = moved.get(host) ?? place.offset - offset;
		moved.set(host, shift);
		const written = Object.entries(node.ports ?? {}).map(([kind, port]) => [kind, port + shift]);
		return { ...node, host: "localhost", offset: offset + shift, ports: Object.fromEntries(written) };
	};
	const services = Object.entries(example.services).map(([name, service]) => {
		const ofService = service.nodes.map((node) => placeNode(service, node));
		return [name, { ...(here(service as unknown as Value, ports) as object), nodes: ofService }];
	});
	const whole = here(example as unknown as Value, ports) as { admin?: object };
	const admin = whole.admin === undefined ? {} : { admin: { ...whole.admin, address: `127.0.0.1:${adminPort}` } };
	// One worker is enough here.
	return { config: { workers: 1, ...whole, ...admin, services: Object.fromEntries(services) }, ports, nodes: taken };
}

function here(value: Value, ports: ReadonlyMap<number, number>, key = ""): Value {
	if (typeof value === "string") return FILES[key] ?? hereText(value, ports);
	if (value === null || typeof value !== "object") return value;
	if (Array.isArray(value)) return value.map((each: Value) => here(each, ports));
	return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, here(each, ports, name)]));
}

function hereText(text: string, ports: ReadonlyMap<number, number>): string {
	const port = ports.get(portOf(text));
	const moved = port === undefined ? text : text.replace(/\d+$/, String(port));
	return moved.replace(/^0\.0\.0\.0(?=:)/, "127.0.0.1").replace(/^10(?=\.\d+\.\d+\.\d+(?:\/\d+)?$)/, "127");
}

/** NaN if there is none. */
function portOf(address: string): number {
	return Number(/:(\d+)$/.exec(address)?.[1]);
}
