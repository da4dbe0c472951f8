/**
 * nginx in front of the WSO2 products. Free nginx has no `sticky`: a random cookie is given to who has none,
 * and its hash picks the node. Redirects and cookie paths are mapped for every origin that a node may name;
 * pages are searched for the texts that they name the node by.
 */

import { NODE_ORIGIN, type ProductNodes } from "../origin/products.ts";
import { PUBLIC_ORIGIN } from "../scene.ts";
import { APIM_BLOCKED, APIM_CONTEXTS, affinityCookie, bodyTexts, type ContextList, FORGEABLE_FIELDS, IS_CONTEXTS } from "./products.ts";

const KEEPALIVE = "keepalive 256; keepalive_requests 1000000000; keepalive_timeout 1h;";

export function nginxProducts(nodes: ProductNodes): { upstreams: string; locations: string } {
	return {
		upstreams: `${affinity("is", nodes.is)}
${affinity("apim", nodes.apim)}
  upstream gateway { ${servers(nodes.gateway)} ${KEEPALIVE} }
  proxy_set_header X-Forwarded-Port $server_port; proxy_set_header X-Forwarded-Server $host;
${FORGEABLE_FIELDS.map((name) => `  proxy_set_header ${name} "";`).join("\n")}
  sub_filter_once off; sub_filter_types application/javascript application/json text/css; gzip_min_length 1024; gzip_proxied any;`,
		locations: [
			...contexts("is", IS_CONTEXTS, nodes.is),
			...contexts("apim", APIM_CONTEXTS, nodes.apim),
			...APIM_BLOCKED.map((name) => `    location /apim-${name} { return 404; }`),
			"    location /apim- { proxy_pass http://gateway/; }",
		].join("\n"),
	};
}

function servers(ports: readonly number[]): string {
	return ports.map((port) => `server 127.0.0.1:${port};`).join(" ");
}

/** `nocache` of HAProxy's: a response that sets the cookie is for one client alone. */
function affinity(service: "is" | "apim", ports: readonly number[]): string {
	const name = affinityCookie(service);
	const cookie = `$cookie_${name}`;
	return `  map ${cookie} $key_${service} { "" $request_id; default ${cookie}; }
  map ${cookie} $set_${service} { "" "${name}=$request_id; Path=/; Secure; HttpOnly; SameSite=None"; default ""; }
  map ${cookie} $private_${service} { "" private; default ""; }
  upstream ${service} { hash $key_${service}; ${servers(ports)} ${KEEPALIVE} }`;
}

function contexts(service: "is" | "apim", { rewritten, relayed }: ContextList, ports: readonly number[]): string[] {
	const origins = [NODE_ORIGIN, ...ports.map((port) => `http://127.0.0.1:${port}`)];
	const redirects = origins.map((origin) => `proxy_redirect ${origin}/ ${PUBLIC_ORIGIN}/${service}-;`).join(" ");
	const head = `${redirects} proxy_cookie_path ~^/([a-zA-Z].*)$ /${service}-$1; add_header Set-Cookie $set_${service}; add_header Cache-Control $private_${service};`;
	const texts = bodyTexts(service, ports, NODE_ORIGIN, PUBLIC_ORIGIN)
		.map(([from, to]) => `sub_filter '${from}' '${to}';`)
		.join(" ");
	const location = (name: string, more: string): string =>
		`    location /${service}-${name} { proxy_pass http://${service}/${name}; ${head} ${more} }`;
	return [...relayed.map((name) => location(name, "")), ...rewritten.map((name) => location(name, `${texts} gzip on;`))];
}
