/**
 * HAProxy in front of the WSO2 products. It does not change bodies, so it has no place in the rows where
 * pages are rewritten.
 */

import { NODE_ORIGIN, type ProductNodes } from "../origin/products.ts";
import { PUBLIC_ORIGIN } from "../scene.ts";
import { APIM_BLOCKED, APIM_CONTEXTS, affinityCookie, FORGEABLE_FIELDS, IS_CONTEXTS } from "./products.ts";

/** Public path to backend; the longest that fits wins. */
export function productMap(): string[] {
	return [
		...[...IS_CONTEXTS.relayed, ...IS_CONTEXTS.rewritten].map((name) => `/is-${name} is`),
		...[...APIM_CONTEXTS.relayed, ...APIM_CONTEXTS.rewritten].map((name) => `/apim-${name} apim`),
		...APIM_BLOCKED.map((name) => `/apim-${name} blocked`),
		"/apim- gateway",
	];
}

export function haproxyProducts(nodes: ProductNodes, map: string): string {
	return `  http-request set-var(txn.backend) path,map_beg(${map},blocked)
  http-request deny deny_status 404 if { var(txn.backend) -m str blocked }
  http-request replace-path ^/(?:is|apim)-(.*)$ /\\1
${FORGEABLE_FIELDS.map((name) => `  http-request del-header ${name}`).join("\n")}
  http-request set-header X-Forwarded-For %[src]
  http-request set-header X-Forwarded-Proto https if { ssl_fc }
  http-request set-header X-Forwarded-Proto http unless { ssl_fc }
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  http-request set-header X-Forwarded-Port %[dst_port]
  http-request set-header X-Forwarded-Server %[req.hdr(host)]
  use_backend %[var(txn.backend)]
${servlet("is", nodes.is)}
${servlet("apim", nodes.apim)}
backend gateway
${servers(nodes.gateway, () => "")}
`;
}

function servlet(service: "is" | "apim", ports: readonly number[]): string {
	const nodeOrigins = [NODE_ORIGIN, ...ports.map((port) => `http://127.0.0.1:${port}`)].map((origin) => origin.replaceAll(".", "\\."));
	return `backend ${service}
  cookie ${affinityCookie(service)} insert indirect nocache httponly secure attr "SameSite=None"
  http-response replace-header Location ^(?:${nodeOrigins.join("|")})/(.*)$ ${PUBLIC_ORIGIN}/${service}-\\1
  http-response replace-header Set-Cookie '^(.*; *[Pp]ath=)/([a-zA-Z].*)$' '\\1/${service}-\\2'
${servers(ports, (index) => ` cookie ${service}-${index + 1}`)}`;
}

function servers(ports: readonly number[], more: (index: number) => string): string {
	return ports.map((port, index) => `  server node-${index + 1} 127.0.0.1:${port} pool-max-conn 256${more(index)}`).join("\n");
}
