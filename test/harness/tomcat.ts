import { copyFileSync, cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { TestAuthority } from "./certs.ts";
import { type Child, startProgram } from "./child.ts";
import type { Scope } from "./deadline.ts";
import { temporaryFolder } from "./folder.ts";
import { get } from "./message.ts";
import type { NetworkHost } from "./netns.ts";
import { freePorts } from "./ports.ts";
import { connectRaw } from "./rawClient.ts";

const FIXTURES = fileURLToPath(new URL("../fixtures/tomcat/", import.meta.url));
const HOME = "/usr/share/tomcat10";
/** Milliseconds that a JVM gets, on a busy machine. */
const START_WITHIN = 60_000;
/** Small and quick to start rather than fast. */
const JAVA_OPTIONS =
	"-Xms32m -Xmx160m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto -Djava.awt.headless=true -Djava.security.egd=file:/dev/urandom";

/** A node ends what it starts by itself. */
const OWN: Scope = { after: () => undefined };

interface Place {
	/** `n1` or `n2`; its jvmRoute. */
	readonly name: string;
	readonly address: string;
	/** Null: this machine. */
	readonly host: NetworkHost | null;
	readonly http: number;
	readonly https: number;
	/** Where it hears of the other node's sessions. */
	readonly tribes: number;
}

/**
 * A real Tomcat 10 with the pages of test/fixtures/tomcat/x under `/x/`: `count.jsp[?ms=]` (a session that counts), `redir.jsp`, `login.jsp`,
 * `slow.jsp?ms=`, `bytes.jsp?n=`, `echo.jsp`. Lifetime: its scope; it can be killed and started again.
 */
export class TomcatNode {
	readonly name: string;
	readonly address: string;
	readonly http: number;
	readonly https: number;
	readonly #host: NetworkHost | null;
	readonly #folder: string;
	readonly #options: string;
	#child: Child | null = null;

	constructor(scope: Scope, folder: string, self: Place, peer: Place, options: TomcatOptions = {}) {
		this.name = self.name;
		this.address = self.address;
		this.#host = self.host;
		this.http = self.http;
		this.https = self.https;
		// Not of the test that starts it again.
		scope.after(() => this.kill());
		this.#folder = folder;
		this.#options = systemProperties(self, peer, options);
	}

	get pid(): number {
		if (this.#child === null) throw new Error("it was never started");
		return this.#child.pid;
	}

	/** Starts its JVM and waits until its pages answer. */
	async start(): Promise<void> {
		const catalina = `${HOME}/bin/catalina.sh`;
		const [file, args] = this.#host?.command(catalina, ["run"]) ?? [catalina, ["run"]];
		this.#child = startProgram(OWN, file, args, {
			env: {
				...process.env,
				CATALINA_HOME: HOME,
				CATALINA_BASE: this.#folder,
				CATALINA_TMPDIR: join(this.#folder, "temp"),
				JAVA_OPTS: JAVA_OPTIONS,
				CATALINA_OPTS: this.#options,
			},
		});
		const child = this.#child;
		await child.until(() => (child.output.includes("Server startup in") ? true : undefined), "Tomcat's start", START_WITHIN);
		const client = await connectRaw(OWN, this.http, { host: this.address });
		await client.send(get("/x/slow.jsp?ms=0", "Connection: close"));
		// The first page is slow: it is compiled.
		await client.response("GET", START_WITHIN);
		client.destroy();
	}

	/** SIGKILL: no time for anything. */
	async kill(): Promise<void> {
		await this.#child?.kill();
	}

	/** SIGTERM, and waits for its end: what is in flight then is cut. */
	async stop(): Promise<void> {
		await this.#child?.stop(START_WITHIN);
	}

	/** SIGSTOP and SIGCONT: connections are accepted, nothing answers. */
	signal(signal: "SIGSTOP" | "SIGCONT" | "SIGTERM"): void {
		this.#child?.signal(signal);
	}
}

/** Two running nodes that replicate their sessions to each other. */
export interface TomcatPair {
	/** What a client of their https ports has to trust. */
	readonly authority: string;
	readonly nodes: readonly [TomcatNode, TomcatNode];
}

export interface TomcatOptions {
	/** Requests on one connection, then the node closes it; Tomcat's default is 100. */
	readonly maxKeepAliveRequests?: number;
	/** When a response leaves: after the other node has the session, or before it, as Tomcat has it by default and as a frozen node needs it. */
	readonly replication?: "before answer" | "after answer";
	/** Connections that wait to be accepted; Tomcat's default is 100. */
	readonly acceptCount?: number;
	/** Machines that the nodes run on; this one if not given. */
	readonly hosts?: readonly [NetworkHost, NetworkHost];
}

/** Lays out and starts both nodes, about 4 s. */
export async function startTomcatPair(scope: Scope, options: TomcatOptions = {}): Promise<TomcatPair> {
	const authority = await TestAuthority.create();
	const [http1 = 0, https1 = 0, tribes1 = 0, http2 = 0, https2 = 0, tribes2 = 0] = await freePorts(6);
	const [host1 = null, host2 = null] = options.hosts ?? [];
	const first: Place = { name: "n1", ...placeOn(host1), http: http1, https: https1, tribes: tribes1 };
	const second: Place = { name: "n2", ...placeOn(host2), http: http2, https: https2, tribes: tribes2 };
	const nodes = [
		new TomcatNode(scope, await layOut(scope, authority), first, second, options),
		new TomcatNode(scope, await layOut(scope, authority), second, first, options),
	] as const;
	await Promise.all(nodes.map((node) => node.start()));
	return { authority: authority.cert, nodes };
}

function placeOn(host: NetworkHost | null): Pick<Place, "host" | "address"> {
	return { host, address: host?.address ?? "127.0.0.1" };
}

/** Makes a CATALINA_BASE. */
async function layOut(scope: Scope, authority: TestAuthority): Promise<string> {
	const folder = temporaryFolder(scope);
	for (const part of ["conf", "logs", "temp", "work", "webapps"]) mkdirSync(join(folder, part));
	for (const file of ["server.xml", "context.xml", "logging.properties"]) copyFileSync(join(FIXTURES, file), join(folder, "conf", file));
	for (const file of ["web.xml", "catalina.properties"]) copyFileSync(join("/etc/tomcat10", file), join(folder, "conf", file));
	cpSync(join(FIXTURES, "x"), join(folder, "webapps/x"), { recursive: true });
	const { cert, key } = await authority.issue();
	writeFileSync(join(folder, "conf/node.crt"), cert);
	writeFileSync(join(folder, "conf/node.key"), key);
	return folder;
}

/** The values of test/fixtures/tomcat/server.xml. */
function systemProperties(self: Place, peer: Place, options: TomcatOptions): string {
	const uniqueId = ({ name }: Place) => `{0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,${name.slice(1)}}`;
	const values = {
		node: self.name,
		// channelSendOptions: synchronous with acknowledgement, or asynchronous.
		send: options.replication === "after answer" ? 8 : 6,
		keep: options.maxKeepAliveRequests ?? 100,
		accept: options.acceptCount ?? 100,
		addr: self.address,
		http: self.http,
		https: self.https,
		tribes: self.tribes,
		uid: uniqueId(self),
		"peer.addr": peer.address,
		"peer.tribes": peer.tribes,
		"peer.uid": uniqueId(peer),
	};
	return Object.entries(values)
		.map(([name, value]) => `-Drig.${name}=${value}`)
		.join(" ");
}
