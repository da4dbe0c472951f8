/**
 * Request fields that say who or where the client is. Identity Server, API Manager, Tomcat and the frameworks of APIs behind the gateway
 * believe them, so a client must not be able to send them: they are removed, and what is true is set anew.
 */

/** Addresses. The first eleven are those that Identity Server takes the client address from (`IdentityConstants.HEADERS_WITH_IP`). */
const ADDRESSES = [
	"X-Forwarded-For",
	"Proxy-Client-IP",
	"WL-Proxy-Client-IP",
	"HTTP_X_FORWARDED_FOR",
	"HTTP_X_FORWARDED",
	"HTTP_X_CLUSTER_CLIENT_IP",
	"HTTP_CLIENT_IP",
	"HTTP_FORWARDED_FOR",
	"HTTP_FORWARDED",
	"HTTP_VIA",
	"REMOTE_ADDR",
	"REMOTE_HOST",
	"Forwarded",
	"Forwarded-For",
	"X-Forwarded",
	"X-Real-IP",
	"X-Client-IP",
	"X-Cluster-Client-IP",
	"X-Remote-IP",
	"X-Remote-Addr",
	"X-Originating-IP",
	"X-ProxyUser-IP",
	"X-Envoy-External-Address",
	"X-Azure-ClientIP",
	"X-Azure-SocketIP",
	"Client-IP",
	"True-Client-IP",
	"CF-Connecting-IP",
	"CF-Connecting-IPv6",
	"Fastly-Client-IP",
];

/** Scheme, host and path as some proxy saw them; `Proxy` becomes HTTP_PROXY in CGI programs (CVE-2016-5385, httpoxy). */
const ADDRESSEES = [
	"Proxy",
	"Front-End-Https",
	"X-Host",
	"X-Scheme",
	"X-URL-Scheme",
	"X-Proto",
	"X-HTTPS",
	"X-Rewrite-URL",
	"X-Request-Id",
	"X-SSL",
	"WL-Proxy-SSL",
];

/** Client certificates (`x-wso2-…`: defaults of the mutual TLS settings; `Client-Cert`: RFC 9440) and what was found out about them. */
const CERTIFICATES = [
	"X-WSO2-Client-Certificate",
	"X-WSO2-MTLS-Cert",
	"X-WSO2-Mutual-Auth-Cert",
	"Client-Cert",
	"Client-Cert-Chain",
	"SSL-Client-Cert",
	"SSL-Client-Cert-Chain",
	"SSL-Client-Verify",
	"SSL-Client-S-DN",
	"SSL-Client-I-DN",
	"SSL-Client-Subject-DN",
	"SSL-Client-Issuer-DN",
	"SSL-Client-Serial",
	"SSL-Client-Fingerprint",
	"WL-Proxy-Client-Cert",
	"X-ARR-ClientCert",
	"X-Client-DN",
	"X-Client-Verify",
];

/** Families: every name that begins so. */
const FAMILIES = ["x-forwarded-", "x-original-", "x-ssl-", "x-client-cert", "x-amzn-mtls-"];

const NAMES: ReadonlySet<string> = new Set([...ADDRESSES, ...ADDRESSEES, ...CERTIFICATES].map((name) => dashed(name.toLowerCase())));

/** Names for a bare client address that other proxies and content delivery networks use, and that Portico does not send itself. */
const BARE_ADDRESSES: ReadonlySet<string> = new Set([
	"x-real-ip",
	"x-client-ip",
	"x-cluster-client-ip",
	"x-remote-ip",
	"x-remote-addr",
	"x-originating-ip",
	"x-envoy-external-address",
	"x-azure-clientip",
	"client-ip",
	"true-client-ip",
	"cf-connecting-ip",
	"fastly-client-ip",
]);

/** Whether the field holds the client's address and nothing else. `key` as in {@link isSpoofable}. */
export function holdsAddress(key: string): boolean {
	return BARE_ADDRESSES.has(key);
}

/** Whether a client must not send this field. `key` is in lower case with dashes for underscores, see {@link dashed}. */
export function isSpoofable(key: string): boolean {
	if (NAMES.has(key)) return true;
	if (!key.startsWith("x-")) return false;
	for (const family of FAMILIES) if (key.startsWith(family)) return true;
	return false;
}

/** CGI, and many a framework, read `X_Forwarded_For` and `X-Forwarded-For` as one name. */
export function dashed(key: string): string {
	return key.includes("_") ? key.replaceAll("_", "-") : key;
}
