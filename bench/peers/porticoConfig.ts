import type { ProductNodes } from "../origin/products.ts";
import { PUBLIC_ORIGIN, routeNames } from "../scene.ts";
import type { Scene } from "./peer.ts";
import { affinityCookie } from "./products.ts";

/**
 * Connections to nodes live on: what a reconnection costs after so many requests is not what the rows
 * compare.
 */
const KEEP_ALIVE = "keepAlive: { maxRequests: 1000000, idle: 10m, maxIdle: 256 }";

/** portico.yaml with what a routing needs. */
export function porticoConfig(scene: Omit<Scene, "dir">, log: string): string {
	const { certificate, port, tlsPort, spare, routing } = scene;
	return `
public: ${PUBLIC_ORIGIN}
workers: 1
listeners:
  - address: 127.0.0.1:${port}
  - { address: "127.0.0.1:${tlsPort}", tls: { certificates: [ { cert: ${certificate.cert}, key: ${certificate.key} } ] } }
services:
${routing === "products" ? products(scene.nodes) : plain(scene.originPort, routing)}
accessLog: { path: ${log}, format: combined }
admin: { address: 127.0.0.1:${spare} }
timeouts: { keepAlive: 10m }
`;
}

function plain(originPort: number, routing: "few" | "many"): string {
	return `  node:
    product: http
    ${KEEP_ALIVE}
    nodes: [ { name: n-1, url: "http://127.0.0.1:${originPort}" } ]
    routes:
${routeNames(routing)
	.map((name) => `      - { path: /is-${name}, to: /${name}${name === "page" ? ", rewriteBodies: true" : ""} }`)
	.join("\n")}`;
}

/** The presets as they are, and the same nodes once more behind plain routes. */
function products({ is, apim, gateway, websocket, websub }: ProductNodes): string {
	const node = (name: string, ports: Readonly<Record<string, number | undefined>>): string =>
		`      - { name: ${name}, host: 127.0.0.1, ports: { ${Object.entries(ports)
			.map(([kind, port]) => `${kind}: ${port}`)
			.join(", ")} } }`;
	const apimNode = (index: 0 | 1): string =>
		node(`apim-${index + 1}`, {
			servlet: apim[index],
			gateway: gateway[index],
			websocket: websocket[index],
			websub: websub[index],
		});
	return `  is:
    product: wso2-is
    prefix: /is-
    transport: http
    affinity: { name: ${affinityCookie("is")} }
    ${KEEP_ALIVE}
    nodes:
${is.map((port, index) => node(`is-${index + 1}`, { servlet: port })).join("\n")}
  apim:
    product: wso2-apim
    prefix: /apim-
    transport: http
    affinity: { name: ${affinityCookie("apim")} }
    ${KEEP_ALIVE}
    nodes:
${apimNode(0)}
${apimNode(1)}
${twin("plain-is", "/plain/is-oauth2", "/oauth2", is)}
${twin("plain-apim", "/plain/apim-devportal", "/devportal", apim)}
${twin("plain-gateway", "/plain/apim-weather", "/weather", gateway)}`;
}

function twin(name: string, path: string, to: string, ports: readonly number[]): string {
	return `  ${name}:
    product: http
    ${KEEP_ALIVE}
    routes: [ { path: ${path}, to: ${to} } ]
    nodes: [ ${ports.map((port, index) => `{ name: ${name}-${index + 1}, url: "http://127.0.0.1:${port}" }`).join(", ")} ]`;
}
