import { PorticoError } from "../errors.ts";
import type { CidrSet } from "../http/cidr.ts";
import { clientAddress, forwardedHost, forwardedPrefix, requestIdFrom } from "../http/forwarded.ts";
import type { HostKeys } from "../http/hostKeys.ts";
import type { BodyLength, RequestHead } from "../http/message.ts";
import { authorityKey, parseTarget } from "../http/uri.ts";

/** The client of an exchange, as far as it is known for certain. */
export interface Client {
	/** Verified, a bare IP address. */
	readonly address: string;
	/** It came over TLS, here or at a trusted proxy. */
	readonly secure: boolean;
	/** What a trusted proxy calls the request; null if there is no such name. */
	readonly requestId: string | null;
	/** The authority that the client asked a trusted proxy, as written; null: Host says it. */
	readonly host: string | null;
	/** Path prefix that trusted proxies have cut; empty for none. */
	readonly prefix: string;
}

/** What the client's connection says of its peer. */
export interface Peer {
	readonly address: string;
	readonly secure: boolean;
}

/** Who sent a request: forwarding headers count only if the peer is a trusted proxy. Hot path. */
export function identify(peer: Peer, head: RequestHead | null, trustedProxies: CidrSet): Client {
	const { address, secure } = peer;
	if (head === null || trustedProxies.isEmpty || !trustedProxies.has(address))
		return { address, secure, requestId: null, host: null, prefix: "" };
	return {
		address: clientAddress(address, head.headers, trustedProxies),
		secure: secure || head.headers.get("x-forwarded-proto")?.toLowerCase() === "https",
		requestId: requestIdFrom(head.headers),
		host: forwardedHost(head.headers),
		prefix: forwardedPrefix(head.headers),
	};
}

/** A request whose client, host and target are known to be in order. */
export interface AdmittedRequest {
	readonly head: RequestHead;
	/** See {@link BodyLength}. */
	readonly bodyLength: BodyLength;
	/** Lower-case protocol that the client asks to switch to, or null. */
	readonly upgrade: string | null;
	readonly client: Client;
	readonly requestId: string;
	/** Validated public authority: `host` or `host:port`, lower case, default port elided. */
	readonly authority: string;
	/** Raw, without the query. */
	readonly path: string;
	/** Empty, or beginning with `?`. */
	readonly query: string;
	// As the router asks for them:
	readonly method: string;
	readonly clientAddress: string;
	readonly secure: boolean;
}

/**
 * Nothing of a request is trusted before this. Hot path.
 *
 * @throws PorticoError `request_target_refused`, `host_refused` or `expectation_failed`
 */
export function admit(
	head: RequestHead,
	bodyLength: BodyLength,
	upgrade: string | null,
	client: Client,
	requestId: string,
	hostKeys: HostKeys,
): AdmittedRequest {
	const { method, headers } = head;
	const { path, query, authority: named } = parseTarget(method, head.target);
	const scheme = client.secure ? "https" : "http";
	const written = hostKeys.of(headers.get("host") ?? "", scheme);
	if (written === null) throw new PorticoError("host_refused");
	// RFC 9112 section 3.2.2: an absolute-form target overrides Host; a client that sends two different ones is not to be trusted.
	if (named !== null && authorityKey(named, scheme) !== written) {
		throw new PorticoError("host_refused", { detail: "host-differs-from-target" });
	}
	const authority = client.host === null ? written : hostKeys.of(client.host, scheme);
	if (authority === null) throw new PorticoError("host_refused", { detail: "forwarded-host" });
	const expect = headers.get("expect");
	if (expect !== undefined && expect.toLowerCase() !== "100-continue") throw new PorticoError("expectation_failed");
	return admitted(head, bodyLength, upgrade, client, requestId, authority, path, query);
}

/** A request that is in order by other means: `explain` and `doctor` make theirs. */
export function admitted(
	head: RequestHead,
	bodyLength: BodyLength,
	upgrade: string | null,
	client: Client,
	requestId: string,
	authority: string,
	path: string,
	query: string,
): AdmittedRequest {
	const { address: clientAddress, secure } = client;
	return { head, bodyLength, upgrade, client, requestId, authority, path, query, method: head.method, clientAddress, secure };
}
