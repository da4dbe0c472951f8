/** Where Portico accepts clients. */

export interface ListenerPlan {
	/** As written in the file, for messages: `0.0.0.0:443`. */
	readonly name: string;
	readonly host: string;
	readonly port: number;
	/** `[::]` beside an IPv4 listener on the same port must leave that one its addresses. */
	readonly ipv6Only: boolean;
	readonly tls: TlsPlan | null;
	/** Answer every request with a redirect to the public https origin. */
	readonly redirectToHttps: boolean;
	/** Raw path prefixes, on segment boundaries, that a redirecting listener serves: `/.well-known/acme-challenge`. */
	readonly redirectExcept: readonly string[];
	/** Every connection begins with a PROXY protocol v1 or v2 header. */
	readonly proxyProtocol: boolean;
	/** HTTP/2 is offered by ALPN; without TLS it is served to clients that begin with its preface. */
	readonly http2: boolean;
	readonly probe: ProbePlan | null;
}

/** The path at which a load balancer in front asks whether this instance is to get clients. */
export interface ProbePlan {
	/** Raw, compared byte by byte: `/portico-health`. */
	readonly path: string;
	/** Names of services: 503 while a pool of one of them has no member that takes requests. */
	readonly services: readonly string[];
	/** Probes count as exchanges: they are in access logs and metrics. */
	readonly log: boolean;
}

export interface TlsPlan {
	/** The first one serves clients with no or an unknown server name. */
	readonly certificates: readonly CertificatePlan[];
	readonly minVersion: "TLSv1.2" | "TLSv1.3";
	/** OpenSSL cipher list, the TLS 1.3 suites included: Node switches TLS 1.3 off when it names none. */
	readonly ciphers: string;
}

export interface CertificatePlan {
	/** PEM: leaf first, then the chain. */
	readonly cert: string;
	/** PEM. */
	readonly key: string;
	/** Lower-case DNS names it serves: exact (`sso.example.com`) or wildcard of one label (`*.example.com`). */
	readonly names: readonly string[];
	/** When it expires, in milliseconds since the epoch. */
	readonly notAfter: number;
}
