import type { Estate } from "../../estate/estate.ts";

/** The nodes of one product in the simulated environment, as a configuration names them. */
export function nodesOf(estate: Estate, product: "is" | "apim"): object[] {
	return estate
		.nodes()
		.filter((node) => node.product === product)
		.map(({ name, ports }) => ({
			name,
			host: "localhost",
			ports: {
				servlet: ports.servletHttps,
				...(product === "apim" ? { gateway: ports.gatewayHttps, websocket: ports.websocketTls, websub: ports.websubTls } : {}),
			},
		}));
}
