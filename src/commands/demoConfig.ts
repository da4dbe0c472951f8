/** The configuration of the demo, as one would write it. */
import { stringify } from "yaml";
import type { DemoDescription } from "./demoEstate.ts";

export interface DemoPlaces {
	readonly port: number;
	readonly httpPort: number;
	/** Address of the admin server. */
	readonly admin: string;
	/** Port of the front page. */
	readonly welcome: number;
}

/** One line for each request: when, what, and what became of it. */
const ACCESS_LOG = "%{%H:%M:%S}t    %m %U: %>s, node %{member}n, %{ms}T ms";

const AS_SHIPPED =
	"The simulated nodes are configured as WSO2 ships them, so that the doctor has something to show. In production, add these lines on every node.";
/** What the doctor finds in the demo: why it is so here, and what production does instead. */
const EXPECTED: Readonly<Record<string, string>> = {
	"front.untrusted":
		"The demo signs its own certificate. In production, use the certificate of a CA that your clients trust, with its chain.",
	"hsts.missing": "With it, browsers would refuse http for every program on localhost. In production, set it.",
	"oidc.issuer": AS_SHIPPED,
	"saml.location": AS_SHIPPED,
	"head.node": AS_SHIPPED,
	"forwarded.address": AS_SHIPPED,
	"session.local": "The simulated nodes keep sessions to themselves, like WSO2 as shipped. In production, drain a node before you stop it.",
	hairpin: "The nodes and Portico share one machine here. In production, the doctor prints the commands to run on every node.",
};

const LINKS = {
	finding: "leak.body",
	service: "welcome",
	reason:
		"The front page links to the sample application and the admin server on this machine. In production, no page names such addresses.",
};

export function demoConfig(publicOrigin: string, { port, httpPort, admin, welcome }: DemoPlaces, { nodes }: DemoDescription): string {
	const service = (product: "is" | "apim") => ({
		product: `wso2-${product}`,
		prefix: `/${product}-`,
		transport: "https",
		trust: "nodes.pem",
		// Without these lines the consoles are closed to all.
		access: { restricted: { allow: ["127.0.0.0/8", "::1/128"] }, restrict: ["/carbon"] },
		// Quick, so that one sees what becomes of a node that is killed, frozen or started.
		health: { check: { interval: "500ms", fastInterval: "200ms", timeout: "2s", rise: 1 }, passive: { baseTime: "1s" } },
		nodes: nodes
			.filter((node) => node.product === product)
			.map(({ name, ports }) => ({
				name,
				host: "localhost",
				ports: {
					servlet: ports.servletHttps,
					...(ports.gatewayHttps ? { gateway: ports.gatewayHttps, websocket: ports.websocketTls, websub: ports.websubTls } : {}),
				},
			})),
	});
	// The front page of the demo.
	const page = {
		product: "http",
		routes: [{ path: "/", exact: true }, { path: "/demo" }],
		nodes: [{ name: "welcome", url: `http://127.0.0.1:${welcome}` }],
	};
	return stringify({
		public: publicOrigin,
		listeners: [
			{ address: `127.0.0.1:${port}`, tls: { certificates: [{ cert: "localhost.pem", key: "localhost.key" }] } },
			{ address: `127.0.0.1:${httpPort}`, redirectTo: "https" },
		],
		services: { is: service("is"), apim: service("apim"), welcome: page },
		accessLog: { path: "-", format: ACCESS_LOG, services: ["is", "apim"] },
		admin: { address: admin },
		doctor: { accept: [...Object.entries(EXPECTED).map(([finding, reason]) => ({ finding, reason })), LINKS] },
		workers: "auto",
	});
}
