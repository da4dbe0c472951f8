/** How a node may be set up wrongly. Every default is a node that is set up well, as far as the product ships it so; "" stands for that too. */
export interface Misconfiguration {
	/** Origin of the URLs that the node writes, instead of the configured one: a wrong `hostname`, a missing `proxyPort`. */
	urlOrigin: string;
	/** The same for the URLs of tenants alone. */
	tenantOrigin: string;
	/** The issuer of tokens and discovery, set by itself. */
	issuer: string;
	/** The version that the node says it is. */
	saysVersion: string;
	/** Milliseconds by which its clock is ahead. */
	clockSkew: number;
	/** `maxHttpHeaderSize`; 0 = as the product ships it. Holds for new connections. */
	headerBytes: number;
	/** Shows a certificate that expired yesterday, to new connections. */
	expiredCertificate: boolean;
	/** Shows one that expires within a week, to new connections. */
	expiringCertificate: boolean;
	/** Cookies without `Secure`. */
	insecureCookies: boolean;
	/** Cookies without `HttpOnly`. */
	scriptableCookies: boolean;
	/** SameSite of all cookies that have one. */
	sameSite: string;
	cookieDomain: string;
	/** Put before the path of all cookies: a `proxy_context_path` that is not the public one. */
	cookiePrefix: string;
	/** A header that names the node: `X-Served-By`, with this value. */
	servedBy: string;
	/** Origin of the gateway that the developer portal tells, as `https_endpoint` has it. */
	gatewayOrigin: string;
	/** `app.customUrl.forwardedHeader` of the portals. */
	customUrlHeader: string;
	/** `jvmRoute` of the engine. */
	jvmRoute: string;
	/** Sessions of this node alone, also where nodes share them. */
	localSessions: boolean;
	/** The callbacks that are registered are those of a former host. */
	oldCallbacks: boolean;
	/** The first API is published for https alone. */
	httpsOnly: boolean;
	/** RemoteIpValve switched off, also where it is configured. */
	noRemoteIpValve: boolean;
}

export function wellConfigured(): Misconfiguration {
	return {
		urlOrigin: "",
		tenantOrigin: "",
		issuer: "",
		saysVersion: "",
		clockSkew: 0,
		headerBytes: 0,
		expiredCertificate: false,
		expiringCertificate: false,
		insecureCookies: false,
		scriptableCookies: false,
		sameSite: "",
		cookieDomain: "",
		cookiePrefix: "",
		servedBy: "",
		gatewayOrigin: "",
		customUrlHeader: "",
		jvmRoute: "",
		localSessions: false,
		oldCallbacks: false,
		httpsOnly: false,
		noRemoteIpValve: false,
	};
}
