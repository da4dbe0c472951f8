import { freePorts } from "./freePorts.ts";
import { call } from "./httpClient.ts";
import { createKeystore, type Keystore } from "./keystore.ts";
import type { NodeOptions } from "./node.ts";
import type { NodePorts, PortName, Product } from "./nodeContext.ts";
import { NodeProcess } from "./nodeProcess.ts";
import { forgetPortals } from "./portals.ts";
import { type RelyingPartyOptions, type RunningRelyingParty, startRelyingParty } from "./relyingParty.ts";
import { type RunningStore, remoteStore, type Store, startStore } from "./store.ts";

export interface EstateOptions {
	/** Nodes of each product; default 2. */
	readonly identityServers?: number;
	readonly apiManagers?: number;
	/** The products' own ports, moved by this much for the first node and by one more for each next. Absent = free ports. */
	readonly offset?: number;
	/**
	 * For every node. Default `urlPort: 9443`, whatever its ports: each writes its URLs as if it were alone on its host. With "own" it can be used
	 * without a front door. Switches given here hold again when a killed node is started.
	 */
	readonly node?: NodeSettings;
	/** For the nodes of one product, over `node`. */
	readonly is?: NodeSettings;
	readonly apim?: NodeSettings;
	/** Default: the first Identity Server itself, without a front door. */
	readonly relyingParty?: RelyingPartyOptions;
}

export type NodeSettings = Omit<NodeOptions, "name" | "product" | "ports" | "store" | "keystore">;

export interface NodeDescription {
	readonly name: string;
	readonly product: Product;
	readonly pid: number | null;
	/** From the products' own ports; null when the ports are free ones. */
	readonly offset: number | null;
	readonly ports: NodePorts;
}

export interface Estate {
	readonly nodes: () => NodeDescription[];
	/** PEM to trust for the TLS ports of all nodes. */
	readonly trust: string;
	readonly relyingParty: RunningRelyingParty;
	/** SIGKILL, and gone when it resolves. */
	kill(name: string): Promise<void>;
	/** SIGTERM. */
	stop(name: string): Promise<void>;
	/** SIGSTOP: connects succeed, nothing is answered. */
	freeze(name: string): Promise<void>;
	thaw(name: string): Promise<void>;
	/** On the same ports as before. Resolves when it answers. */
	start(name: string): Promise<void>;
	/** Rejects with the node's message for a switch that does not exist. */
	switch(name: string, changes: Readonly<Record<string, unknown>>): Promise<void>;
	/** Forgets the callbacks that the portals of API Manager registered at their first login, as after a change of its host. */
	unregisterPortals(): Promise<void>;
	close(): Promise<void>;
}

const SHIPPED: Omit<NodePorts, "control"> = {
	servletHttp: 9763,
	servletHttps: 9443,
	gatewayHttp: 8280,
	gatewayHttps: 8243,
	websocket: 9099,
	websocketTls: 8099,
	websub: 9021,
	websubTls: 8021,
};
const SERVLET_PORTS: readonly PortName[] = ["servletHttp", "servletHttps"];

/** Starts a database, the nodes as processes, and a relying party. Nothing of it outlives this process. */
export async function startEstate(options: EstateOptions = {}): Promise<Estate> {
	const store = await startStore();
	const members = [...membersOf("is", options.identityServers ?? 2), ...membersOf("apim", options.apiManagers ?? 2)];
	const keystore = await createKeystore(members.map(({ name }) => name));
	await shareKeystore(store, keystore);
	const processes: NodeProcess[] = [];
	for (const [index, member] of members.entries()) {
		const ports = await portsFor(member.product, options.offset === undefined ? null : options.offset + index, processes);
		processes.push(
			new NodeProcess({
				urlPort: SHIPPED.servletHttps,
				...options.node,
				...options[member.product],
				...member,
				ports,
				store: store.urlFor(member.product),
			}),
		);
	}
	const closeAll = async (): Promise<void> => {
		await Promise.all(processes.map((node) => node.signal("SIGKILL")));
		await store.close();
	};
	try {
		await Promise.all(processes.map((node) => (options.offset === undefined ? startOnFreePorts(node, processes) : node.start())));
		const direct = { idp: `https://localhost:${processes[0]?.options.ports.servletHttps}/`, trust: keystore.cert };
		const relyingParty = await startRelyingParty({ signer: keystore.cert, ...(options.relyingParty ?? direct) });
		return describe(options, processes, keystore, relyingParty, remoteStore(store.urlFor("apim")), closeAll);
	} catch (error) {
		await closeAll();
		throw error;
	}
}

/** Somebody else may take a port between its choice and its use, another estate that starts at the same time for one: then it tries others. */
async function startOnFreePorts(node: NodeProcess, processes: readonly NodeProcess[], tries = 5): Promise<void> {
	try {
		await node.start();
	} catch (error) {
		if (tries === 1 || !(error instanceof Error && error.message.includes("EADDRINUSE"))) throw error;
		node.moveTo(await portsFor(node.options.product, null, processes));
		await startOnFreePorts(node, processes, tries - 1);
	}
}

const membersOf = (product: Product, count: number): { name: string; product: Product }[] =>
	Array.from({ length: count }, (_, index) => ({ product, name: `${product}-${index + 1}` }));

async function shareKeystore(store: RunningStore, keystore: Keystore): Promise<void> {
	for (const product of ["is", "apim"]) await remoteStore(store.urlFor(product)).put("keystore", "wso2carbon", keystore);
}

async function portsFor(product: Product, offset: number | null, before: readonly NodeProcess[]): Promise<NodePorts> {
	const names = (Object.keys(SHIPPED) as (keyof typeof SHIPPED)[]).filter((name) => product === "apim" || SERVLET_PORTS.includes(name));
	const taken = new Set(before.flatMap((node) => Object.values(node.options.ports)));
	const free = (await freePorts(names.length + 1 + taken.size)).filter((port) => !taken.has(port));
	const ports: Record<PortName, number> = { ...NONE, control: free.pop() ?? 0 };
	for (const name of names) ports[name] = offset === null ? (free.pop() ?? 0) : SHIPPED[name] + offset;
	return ports;
}

const NONE = Object.fromEntries([...Object.keys(SHIPPED), "control"].map((name) => [name, 0])) as Record<PortName, number>;

function describe(
	options: EstateOptions,
	processes: readonly NodeProcess[],
	keystore: Keystore,
	relyingParty: RunningRelyingParty,
	store: Store,
	closeAll: () => Promise<void>,
): Estate {
	const find = (name: string): NodeProcess => {
		const found = processes.find((node) => node.options.name === name);
		if (found === undefined) throw new Error(`there is no node ${name}`);
		return found;
	};
	return {
		nodes: () =>
			processes.map((node, index) => ({
				name: node.options.name,
				product: node.options.product,
				pid: node.pid,
				offset: options.offset === undefined ? null : options.offset + index,
				ports: node.options.ports,
			})),
		trust: keystore.cert,
		relyingParty,
		kill: async (name) => find(name).signal("SIGKILL"),
		stop: async (name) => find(name).signal("SIGTERM"),
		freeze: async (name) => find(name).signal("SIGSTOP"),
		thaw: async (name) => find(name).signal("SIGCONT"),
		start: async (name) => find(name).start(),
		async switch(name, changes) {
			const url = `http://127.0.0.1:${find(name).options.ports.control}/__estate/switch`;
			const answer = await call(url, { method: "POST", body: JSON.stringify(changes) });
			if (answer.status !== 200) throw new Error((JSON.parse(answer.body.toString()) as { error: string }).error);
		},
		unregisterPortals: () => forgetPortals(store),
		async close() {
			await relyingParty.close();
			await closeAll();
		},
	};
}
