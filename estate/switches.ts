import { type Misconfiguration, wellConfigured } from "./misconfiguration.ts";

/** What can be changed on a running node, from its control port or through its handle. */
export interface Switches extends Misconfiguration {
	/** Milliseconds before each response begins. */
	slow: number;
	/** Every request is answered 500. */
	failing: boolean;
	/** Accepts connections and requests, answers none. */
	halfDead: boolean;
	/** Sends the head and half of the body, then cuts the connection. */
	closeMidBody: boolean;
	/** Answers with bytes that are not HTTP. */
	garbage: boolean;
	/** How many 1xx answers (103, then 102) come before the real one. */
	informational: number;
	/** The faults above touch only request paths that start so; "" = all. */
	only: string;
	/** Health endpoints answer 503 (500 for the gateway's start-up check). */
	notReady: boolean;
	/** Tomcat's compression; on as shipped. */
	gzip: boolean;
	/** Redirects of old releases: `https://localhost:9443/carbon/../authenticationendpoint/login.do`. */
	oldRedirects: boolean;
	/** `persist_temporary_data`: off keeps the state of a login in progress on its node. */
	persistTemporaryData: boolean;
	/** `singleLogout.enabled` of the portals: they watch the provider's session in a frame. On as shipped. */
	singleLogout: boolean;
	/** Adaptive logins wait for something outside, on a page that asks for it at the root of the origin. */
	longWait: boolean;
	/** What stands before the contexts of another identity provider that the login page offers, OpenID Connect; "" = none. */
	federatedIdp: string;
	/** Its token endpoint, as this node reaches it. */
	federatedToken: string;
	/** The callback that is registered there; "" = `/commonauth` by configuration. */
	federatedCallback: string;
	/** gzip also for who did not ask for it. */
	gzipAlways: boolean;
	/** Asks for consent the first time a user meets a client. */
	consent: boolean;
}

export function defaultSwitches(): Switches {
	return {
		...wellConfigured(),
		slow: 0,
		failing: false,
		halfDead: false,
		closeMidBody: false,
		garbage: false,
		informational: 0,
		only: "",
		notReady: false,
		gzip: true,
		oldRedirects: false,
		persistTemporaryData: true,
		singleLogout: true,
		longWait: false,
		federatedIdp: "",
		federatedToken: "",
		federatedCallback: "",
		gzipAlways: false,
		consent: false,
	};
}

/** Sets the named switches. Throws an Error, and changes nothing, for an unknown name or a value of the wrong type. */
export function setSwitches(switches: Switches, changes: Readonly<Record<string, unknown>>): void {
	for (const [name, value] of Object.entries(changes)) {
		if (!Object.hasOwn(switches, name)) throw new Error(`there is no switch ${name}`);
		const kind = typeof switches[name as keyof Switches];
		if (typeof value !== kind) throw new Error(`switch ${name} takes a ${kind}`);
	}
	Object.assign(switches, changes);
}
