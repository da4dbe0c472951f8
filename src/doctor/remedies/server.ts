/** Settings of the server under the product: connectors, valves, sessions, certificates, clocks. */
import { isIn } from "../../products/version.ts";
import { type DeployedService, isKnown, ofVersion } from "../deployment.ts";
import type { Remedy } from "../finding.ts";
import { elsewhere, homeOf, inPortico, inProduct } from "./product.ts";

const KIB = 1024;
const ON_THAT_NODE = "shell, on the host of that node";

/** Maximum size of the request line and headers at a node, in bytes. */
export function headerSize(service: DeployedService, bytes: number): Remedy {
	return inProduct(service, {
		toml: `[transport.https.properties]\nmaxHttpHeaderSize = ${bytes}\n\n[transport.http.properties]\nmaxHttpHeaderSize = ${bytes}`,
		xml: ["tomcat/catalina-server.xml", `<!-- on each connector -->\n<Connector … maxHttpHeaderSize="${bytes}" />`],
	});
}

export function ourHeaderSize(bytes: number): Remedy {
	return inPortico(`limits:\n  requestHead: ${Math.ceil(bytes / KIB)}KiB`);
}

/**
 * Makes Tomcat trust Portico's X-Forwarded headers: the client's address in logs and rules, the scheme in redirects.
 *
 * @param from Portico's address
 */
export function remoteIpValve(service: DeployedService, from: string): Remedy {
	const proxies = asJavaWrites(from).replaceAll(".", "\\.");
	const className = "org.apache.catalina.valves.RemoteIpValve";
	return inProduct(
		service,
		{
			toml: [
				...(hasValveKey(service)
					? ["[catalinaValves.remoteIpValve]", "enable = true"]
					: ["[catalina.valves.valve.properties]", `className = "${className}"`]),
				`internalProxies = "${proxies.replaceAll("\\", "\\\\")}"`,
				'remoteIpHeader = "x-forwarded-for"',
				'protocolHeader = "x-forwarded-proto"',
				'proxiesHeader = "x-forwarded-by"',
			].join("\n"),
			xml: [
				"tomcat/catalina-server.xml",
				`<!-- first in <Host> -->\n<Valve className="${className}" internalProxies="${proxies}"\n       remoteIpHeader="x-forwarded-for" protocolHeader="x-forwarded-proto" proxiesHeader="x-forwarded-by"/>`,
			],
		},
		"`internalProxies` is a regular expression for Portico's addresses; this one matches the machine of the doctor. Separate several with `|`: `A|B`.",
	);
}

/** The valve compares what `InetAddress` prints: IPv6 as eight groups, none left out. */
function asJavaWrites(address: string): string {
	const [before = "", after] = (address.split("%")[0] ?? "").split("::");
	if (after === undefined) return before;
	const groups = (text: string): string[] => text.split(":").filter((group) => group !== "");
	const [head, tail] = [groups(before), groups(after)];
	return [...head, ...Array<string>(8 - head.length - tail.length).fill("0"), ...tail].join(":");
}

/** Has a key of its own that puts the valve before the ones that authenticate. */
function hasValveKey({ product, version }: DeployedService): boolean {
	return isIn(version, { since: product.doctor.valveKeySince });
}

export function startNode(service: DeployedService): Remedy {
	const lines = isKnown(service) ? `sh ${scriptOf(service)} start` : "start the program that should listen there";
	return elsewhere(ON_THAT_NODE, lines, "If the node does not run.");
}

/** For a node that accepts connections but does not respond. */
export function restartHungNode(service: DeployedService): Remedy {
	if (!isKnown(service)) return elsewhere(ON_THAT_NODE, "restart the program that listens there");
	return elsewhere(
		ON_THAT_NODE,
		`jstack -l "$(cat ${homeOf(service)}/${service.product.doctor.pidFile})" > threads.txt\nsh ${scriptOf(service)} restart`,
		"threads.txt shows what the threads wait for. A process that hangs completely does not respond to `jstack` and does not stop: kill it with -9, then start it.",
	);
}

function scriptOf(service: DeployedService): string {
	const [script] = ofVersion(service, service.product.doctor.scripts);
	return `${homeOf(service)}/${script?.path ?? ""}`;
}

/** Stores the state of logins in progress in the database, for all nodes. */
export function temporaryData(service: DeployedService): Remedy {
	return inProduct(service, {
		toml: '[session_data.persistence]\nenable_persistence = true\npersist_temporary_data = true\npersistence_pool_size = "0"',
		xml: [
			"identity/identity.xml",
			"<!-- below JDBCPersistenceManager -->\n<SessionDataPersist>\n    <Enable>true</Enable>\n    <Temporary>true</Temporary>\n    <PoolSize>0</PoolSize>\n</SessionDataPersist>",
		],
	});
}

export function affinity({ plan }: DeployedService): Remedy {
	return inPortico(`services:\n  ${plan.name}:\n    affinity: { mode: cookie }`);
}

export function jvmRoute(service: DeployedService, route: string): Remedy {
	return elsewhere(
		`${homeOf(service)}/repository/conf/tomcat/catalina-server.xml, of that node`,
		`<Engine name="Catalina" defaultHost="localhost" jvmRoute="${route}">`,
		"The node generates this file from deployment.toml at each start. Change its template below repository/resources/conf/templates, or use affinity mode cookie.",
	);
}

export function cookieFlags(service: DeployedService): Remedy {
	const lines =
		"<session-config>\n    <cookie-config>\n        <http-only>true</http-only>\n        <secure>true</secure>\n    </cookie-config>\n</session-config>";
	return elsewhere(`${homeOf(service)}/repository/conf/tomcat/web.xml, and web.xml of the web application`, lines);
}

export function nodeCertificate(service: DeployedService): Remedy {
	return inProduct(
		service,
		{
			toml: '[keystore.tls]\nfile_name = "node.jks"\ntype = "JKS"\npassword = "…"\nalias = "node"\nkey_password = "…"',
			xml: [
				"tomcat/catalina-server.xml",
				'<Connector port="9443" keystoreFile="…/repository/resources/security/node.jks" keystorePass="…" … />',
			],
		},
		"With a certificate for the node's own name, signed by a CA in `trust`.",
	);
}

export function trust({ plan }: DeployedService, text: string): Remedy {
	return inPortico(`services:\n  ${plan.name}:\n    ${text}`);
}

export function clock(): Remedy {
	return elsewhere(ON_THAT_NODE, "timedatectl set-ntp true\ntimedatectl timesync-status");
}

export function serverHeader(service: DeployedService): Remedy {
	return inProduct(service, {
		toml: '[transport.https.properties]\nserver = "-"\n\n[transport.http.properties]\nserver = "-"',
		xml: ["tomcat/catalina-server.xml", '<!-- on each connector -->\n<Connector … server="-" />'],
	});
}
