import { registerApplications } from "./clients.ts";
import { type Connector, type ConnectorOptions, openConnector } from "./connector.ts";
import { control } from "./control.ts";
import { gateway } from "./gateway.ts";
import { HttpSessions } from "./httpSessions.ts";
import { createKeystore, type Keystore } from "./keystore.ts";
import type { NodeContext, NodePorts, PortName, Product } from "./nodeContext.ts";
import { RequestLog } from "./requestLog.ts";
import { ServiceUrls, SUPER_TENANT } from "./serviceUrls.ts";
import { memoryStore, remoteStore, type Store } from "./store.ts";
import { defaultSwitches, type Switches, setSwitches } from "./switches.ts";
import { tomcat } from "./tomcat.ts";
import { webAppsOf } from "./webApps.ts";
import { serveWebsockets, websocketHttp } from "./websockets.ts";
import { websubReceiver } from "./websub.ts";

export interface NodeOptions {
	readonly product: Product;
	readonly name: string;
	/** Default: IS 5.11.0; API Manager 3.2.0, the last line with `/token` on the gateway. */
	readonly version?: string;
	/** Absent or 0 = any free port. */
	readonly ports?: Partial<NodePorts>;
	/** `HostName` of carbon.xml; default `localhost`, as shipped. */
	readonly hostName?: string;
	/** The https port in the URLs that the node writes; "own" = the one it listens on. Default: the configured one, else 9443. */
	readonly urlPort?: number | "own";
	/** `hostname` and `proxyPort` as WSO2 advises behind a front door: "https://sso.example.com". Takes the place of the two above. */
	readonly publicOrigin?: string;
	/** Default none. */
	readonly proxyContextPath?: string;
	readonly remoteIpValve?: boolean;
	readonly identityServerEndpointContextURL?: string;
	/** What stands before the callbacks of Identity Server's own applications, `callback_url` of `[myaccount]` and `[console]`; default its own origin. */
	readonly applicationOrigin?: string;
	/** `app.customUrl.forwardedHeader` of the portals; absent = customUrl off. */
	readonly customUrlHeader?: string;
	/** The database: a URL from `startStore`, or one in this process. Absent = of this node alone. */
	readonly store?: string | Store;
	/** Sessions that other nodes of this process know too. Absent = of this node alone, as shipped. */
	readonly sharedSessions?: HttpSessions;
	/** Default: the one in the database, or a new one put there. */
	readonly keystore?: Keystore;
	readonly switches?: Readonly<Record<string, unknown>>;
}

export interface RunningNode {
	readonly name: string;
	readonly product: Product;
	readonly ports: NodePorts;
	/** PEM to trust for its TLS ports. */
	readonly trust: string;
	/** Changes take effect with the next request. */
	readonly switches: Switches;
	readonly requests: RequestLog;
	close(): Promise<void>;
}

const SHIPPED_HTTPS_PORT = 9443;
/** Kernel and IS default, and what API Manager sets. */
const HEADER_BYTES = { is: 8192, apim: 32_768 } as const;
const KEEP_ALIVE_REQUESTS = 200;

/** Starts a node on 127.0.0.1. Rejects when a port is taken. */
export async function startNode(options: NodeOptions): Promise<RunningNode> {
	const store = typeof options.store === "string" ? remoteStore(options.store) : (options.store ?? memoryStore());
	const keystore = options.keystore ?? (await sharedKeystore(store, options.name));
	const node = createContext(options, store, keystore);
	const open: Connector[] = [];
	const endings: (() => void)[] = [];
	const close = async (): Promise<void> => {
		for (const end of endings) end();
		for (const connector of open) connector.close();
	};
	const ports: Partial<Record<PortName, number>> = {};
	try {
		for (const connectorOptions of connectorsOf(node, options.ports ?? {})) {
			const connector = await openConnector(node, connectorOptions);
			open.push(connector);
			ports[connectorOptions.name] = connector.port;
			if (connectorOptions.name.startsWith("websocket")) endings.push(serveWebsockets(node, connector.server));
		}
	} catch (error) {
		await close();
		throw error;
	}
	node.ports = { ...NO_PORTS, ...ports };
	if (options.urlPort === "own") node.urls = urlsOf({ ...options, urlPort: node.ports.servletHttps }, node.switches);
	if (node.product === "is")
		await registerApplications(node.store, (path) =>
			options.applicationOrigin === undefined ? node.urls.absolute(path, SUPER_TENANT) : options.applicationOrigin + path,
		);
	return {
		name: node.name,
		product: node.product,
		ports: node.ports,
		trust: keystore.cert,
		switches: node.switches,
		requests: node.requests,
		close,
	};
}

const NO_PORTS: NodePorts = {
	servletHttp: 0,
	servletHttps: 0,
	gatewayHttp: 0,
	gatewayHttps: 0,
	websocket: 0,
	websocketTls: 0,
	websub: 0,
	websubTls: 0,
	control: 0,
};

/** The first node of a product makes the pair; the others find it in the database, where a real one has it on its disk. */
async function sharedKeystore(store: Store, name: string): Promise<Keystore> {
	const known = (await store.get("keystore", "wso2carbon")) as Keystore | undefined;
	return known ?? ((await store.claim("keystore", "wso2carbon", await createKeystore([name]))) as Keystore);
}

function createContext(options: NodeOptions, store: Store, keystore: Keystore): NodeContext {
	const switches = defaultSwitches();
	setSwitches(switches, options.switches ?? {});
	return {
		name: options.name,
		product: options.product,
		version: options.version ?? (options.product === "is" ? "5.11.0" : "3.2.0"),
		urls: urlsOf(options, switches),
		store,
		memory: memoryStore(),
		keystore,
		sessions: new HttpSessions(),
		sharedSessions: options.sharedSessions ?? null,
		requests: new RequestLog(),
		switches,
		remoteIpValve: options.remoteIpValve ?? false,
		identityServerEndpointContextURL: options.identityServerEndpointContextURL ?? null,
		customUrlHeader: options.customUrlHeader?.toLowerCase() ?? null,
		gatewayOrigin: options.publicOrigin ?? "https://localhost:8243",
		ports: NO_PORTS,
	};
}

function urlsOf(options: NodeOptions, switches: Switches): ServiceUrls {
	const origin = (tenant: string): string => (tenant === SUPER_TENANT ? "" : switches.tenantOrigin) || switches.urlOrigin;
	const proxyContextPath = options.proxyContextPath ?? "";
	if (options.publicOrigin !== undefined) {
		const { hostname, port } = new URL(options.publicOrigin);
		return new ServiceUrls({ hostName: hostname, port: port === "" ? 443 : Number(port), proxyContextPath }, origin);
	}
	const configured = options.ports?.servletHttps || SHIPPED_HTTPS_PORT;
	const port = typeof options.urlPort === "number" ? options.urlPort : configured;
	return new ServiceUrls({ hostName: options.hostName ?? "localhost", port, proxyContextPath }, origin);
}

/** The listeners of a node, in the order in which they open. */
function connectorsOf(node: NodeContext, ports: Partial<NodePorts>): ConnectorOptions[] {
	const apps = webAppsOf(node.product, node.version);
	const headerBytes = HEADER_BYTES[node.product];
	const make = (name: PortName, tls: boolean, handle: ConnectorOptions["handle"], requestsPerConnection: number): ConnectorOptions => ({
		name,
		port: ports[name] ?? 0,
		tls,
		headerBytes,
		requestsPerConnection,
		traffic: name !== "control",
		handle,
	});
	const connectors = [
		make("servletHttp", false, tomcat(node, apps, "http"), KEEP_ALIVE_REQUESTS),
		make("servletHttps", true, tomcat(node, apps, "https"), KEEP_ALIVE_REQUESTS),
		make("control", false, control(node), 0),
	];
	if (node.product === "is") return connectors;
	return [
		...connectors,
		make("gatewayHttp", false, gateway(node, "http"), 0),
		make("gatewayHttps", true, gateway(node, "https"), 0),
		make("websocket", false, websocketHttp(node), 0),
		make("websocketTls", true, websocketHttp(node), 0),
		make("websub", false, websubReceiver, 0),
		make("websubTls", true, websubReceiver, 0),
	];
}
