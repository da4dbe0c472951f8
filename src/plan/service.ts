/** A service: its hosts, its paths and its cookies. */
import type { ErrorPagePlan, MaintenancePlan } from "./pages.ts";

/**
 * A service at one set of hosts. A service that serves kinds of traffic or tenants at hosts of their own has several,
 * with the same name; its pools belong to the first one.
 */
export interface ServicePlan {
	readonly name: string;
	/** Null: its own hosts. Else what it serves here: `gateway`, `websocket`, `websub`, `gateway@foo.com`, `devportal@foo.com`. */
	readonly front: string | null;
	/** Name of its product, as people read it: what Portico knows of the product is in the plan itself. */
	readonly product: string;
	/** Of the product, as the file says or else the preset: `7.x`, `4.2`. Empty for product `http`. */
	readonly version: string;
	/** Public authorities (`host` or `host:port`, lower case, default port elided) it answers on. The first is canonical. */
	readonly hosts: readonly string[];
	/** Hosts that only some listeners serve. A host that is not here is served by all. */
	readonly bindings: readonly HostBinding[];
	/** The canonical public origin of the service, e.g. `https://sso.example.com`. */
	readonly publicOrigin: string;
	/**
	 * Path pairs, most specific first: a node path under `to` is `from` outside. For a preset one pair: dash `{from:"/is-",to:"/"}`, slash
	 * `{from:"/is",to:""}`, bare `{from:"",to:""}`.
	 */
	readonly mappings: readonly PathMapping[];
	/**
	 * Lower-case `scheme://host:port` origins (port always written) that a node of this service may name for itself in a redirect: its hosts,
	 * loopback names and declared aliases, with every port and both schemes.
	 */
	readonly nodeOrigins: readonly string[];
	/**
	 * Origins of other public hosts, in the same form, that nodes write for the one that the client asked: they know one `hostname`. They mean this
	 * only in responses of this service here.
	 */
	readonly ownOrigins: readonly string[];
	/** Lower-case host names (no port) a node may set as a cookie Domain. */
	readonly nodeHosts: readonly string[];
	/** Node paths, or patterns of them, that its pages name without an origin: `/commonauth`. Bodies are searched for these. */
	readonly pagePaths: readonly string[];
	/** Names of all cookies of affinity mode `cookie` on its hosts, also those of other services. They are Portico's own: nodes neither see nor set them. */
	readonly ownCookies: readonly string[];
	readonly cookies: CookiePlan;
	readonly logins: LoginPlan;
	/** Those of the file included. */
	readonly errorPages: readonly ErrorPagePlan[];
	/** Statuses of its nodes' responses that get an error page, too. */
	readonly interceptErrors: readonly number[];
	readonly maintenance: MaintenancePlan;
	/** Ports that give its nodes away, whatever the host before them. Empty where anyone may have them. */
	readonly nodePorts: readonly string[];
}

/** What `check` and `explain` call a service at one set of hosts: `apim`, `apim/gateway`. */
export function frontLabel({ name, front }: Pick<ServicePlan, "name" | "front">): string {
	return front === null ? name : `${name}/${front}`;
}

/** The mapping of most paths: the service's prefix. */
export function mainMapping({ mappings }: Pick<ServicePlan, "mappings">): PathMapping | undefined {
	return mappings.at(-1);
}

export interface HostBinding {
	/** One of the service's. */
	readonly host: string;
	/** Names of listeners as in their plans; never empty. */
	readonly listeners: readonly string[];
}

/** How logins of a product go from page to page. Names of parameters are as the product writes them. */
export interface LoginPlan {
	/** Parameters by which its own pages know a login in progress. The first one begins it and names its cookie. */
	readonly keys: readonly string[];
	/** Parameters in which an identity provider sends the first of them back, perhaps with more after a comma. */
	readonly returnedIn: readonly string[];
	/** Milliseconds that its nodes keep the state of a login. */
	readonly lifetime: number;
	/** First segments of the pages between which it sends browsers, after a tenant. */
	readonly pages: readonly string[];
}

/** How a service's cookies are told from those of its neighbours, the services with a host in common. */
export interface CookiePlan {
	/** Stands before their names at the client: `is.`. Empty: they have the same names on both sides. */
	readonly tag: string;
	/** Names that get no tag; a `*` at the end stands for anything. */
	readonly kept: readonly string[];
	/** Get the tag, and go out once more without it, for scripts. */
	readonly copied: readonly CookieCopyPlan[];
	/** Those with the tag stay at `/` if the node set them there, also behind a slash prefix, since requests without the prefix need them. */
	readonly wide: boolean;
	/** Names that go out once more with the node's own path: the product's scripts ask for that path. */
	readonly bare: readonly string[];
	/** Beginnings of names of which every login attempt leaves one more: `sessionNonceCookie-`. */
	readonly piling: readonly string[];
	/** Tags of the neighbours, and names that they keep and this service does not: nodes neither see nor set them. */
	readonly foreignTags: readonly string[];
	readonly foreignKept: readonly string[];
	/** Cookies without the tag, from before there was one, still reach the nodes. */
	readonly acceptUntagged: boolean;
	/** Bytes of Cookie header that its nodes take for certain; 0 = any number. */
	readonly maxHeader: number;
	/** Bytes that they take at most: more is refused. */
	readonly mostHeader: number;
}

export interface CookieCopyPlan {
	readonly name: string;
	/** Public paths at which scripts read a cookie that is at `/`. One with a path of its own is copied there. */
	readonly paths: readonly string[];
}

/**
 * A swap of literal path prefixes. `from` is public, `to` is the node's. Neither ends in `/` unless it is a dash form, whose `from` ends in `-`
 * and whose `to` ends in `/`. An empty result means `/`.
 */
export interface PathMapping {
	readonly from: string;
	readonly to: string;
}
