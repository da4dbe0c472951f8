import type { HttpSessions } from "./httpSessions.ts";
import type { Keystore } from "./keystore.ts";
import type { RequestLog } from "./requestLog.ts";
import type { ServiceUrls } from "./serviceUrls.ts";
import type { Store } from "./store.ts";
import type { Switches } from "./switches.ts";

export type Product = "is" | "apim";

/** 0 = not open on this product. */
export interface NodePorts {
	readonly servletHttp: number;
	readonly servletHttps: number;
	readonly gatewayHttp: number;
	readonly gatewayHttps: number;
	readonly websocket: number;
	readonly websocketTls: number;
	readonly websub: number;
	readonly websubTls: number;
	/** Not a port of the product: switches and the request log. */
	readonly control: number;
}

export type PortName = keyof NodePorts;

/** What every page of a node can reach. Lives as long as the node. */
export interface NodeContext {
	readonly name: string;
	readonly product: Product;
	readonly version: string;
	/** The database, shared with the other node of the product. */
	readonly store: Store;
	/** Memory of this node alone. */
	readonly memory: Store;
	readonly keystore: Keystore;
	/** Of this node alone. */
	readonly sessions: HttpSessions;
	/** Of all nodes of a product that replicates them, which WSO2's do not as shipped; null there. */
	readonly sharedSessions: HttpSessions | null;
	readonly requests: RequestLog;
	readonly switches: Switches;
	/** RemoteIpValve with `protocolHeader`: X-Forwarded-Proto decides the scheme of Host-derived redirects. */
	readonly remoteIpValve: boolean;
	/** web.xml parameter of the login application; null = relative form actions. */
	readonly identityServerEndpointContextURL: string | null;
	/** `app.customUrl.forwardedHeader` of the portals, lower case; null = customUrl off. */
	readonly customUrlHeader: string | null;
	/** Of the gateway, as the developer portal tells it: `[[apim.gateway.environment]]`. */
	readonly gatewayOrigin: string;
	/** Both are final when the listeners are open. */
	ports: NodePorts;
	urls: ServiceUrls;
}

/** State of a login in progress: in the database, or on this node alone when `persist_temporary_data` is off. */
export function temporaryData(node: NodeContext): Store {
	return node.switches.persistTemporaryData ? node.store : node.memory;
}

export function sessionsOf({ sessions, sharedSessions, switches }: NodeContext): HttpSessions {
	return sharedSessions === null || switches.localSessions ? sessions : sharedSessions;
}
