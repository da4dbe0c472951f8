import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { HttpSessions } from "../../../estate/httpSessions.ts";
import { createKeystore } from "../../../estate/keystore.ts";
import { type NodeOptions, type RunningNode, startNode } from "../../../estate/node.ts";
import { memoryStore } from "../../../estate/store.ts";
import { defaultSwitches } from "../../../estate/switches.ts";
import { type Ran, runCommand } from "../../../src/commands/commands.fixture.ts";
import { register } from "../../../src/commands/doctor.ts";
import type { JsonReport } from "../../../src/doctor/doctorReport.ts";
import type { Finding } from "../../../src/doctor/finding.ts";
import { TestAuthority } from "../../harness/certs.ts";
import type { Scope } from "../../harness/deadline.ts";
import { type Portico, startPortico } from "../../harness/portico.ts";

export const PUBLIC = "sso.example.com";
export const API = "api.example.com";

/** How the nodes of a healthy estate differ from those that are shipped: as the doctor advises. */
const ADVISED = { headerBytes: 66_560 };

export interface RigOptions {
	/** Over the healthy configuration; a service's part over that service's. */
	readonly config?: object;
	readonly is?: object;
	readonly apim?: object;
	/** `proxy_context_path` of the nodes of each; with one API Manager is on the first host too. */
	readonly contexts?: { readonly is: string; readonly apim: string };
	/** Days that the public certificate is valid. */
	readonly days?: number;
	readonly names?: readonly string[];
}

/** A healthy estate of two nodes of each product behind a running Portico, and the doctor. Lifetime: its scope. */
export class Rig {
	readonly portico: Portico;
	readonly nodes: Readonly<Record<"is-1" | "is-2" | "am-1" | "am-2", RunningNode>>;
	readonly #folder: string;
	readonly #config: object;
	#runs = 0;

	constructor(portico: Portico, nodes: Rig["nodes"], folder: string, config: object) {
		this.portico = portico;
		this.nodes = nodes;
		this.#folder = folder;
		this.#config = config;
	}

	/** Runs the doctor over what runs; `file`: the configuration that it is given differs in this from the running one. */
	async diagnose(words: readonly string[] = [], file: object = {}): Promise<DoctorRun> {
		// Beside the running one: it names the same files.
		const path = join(this.#folder, `doctor-${this.#runs++}.yaml`);
		await writeFile(path, stringify({ ...this.#config, ...file }));
		const { out, err, code } = await this.#doctor(path, ["--json", ...words], join(this.#folder, "authority.pem"));
		assert.equal(err, "");
		const report = JSON.parse(out) as JsonReport;
		assert.deepEqual(
			report.skipped.filter(({ about }) => about === "this check"),
			[],
		);
		return new DoctorRun(report, code);
	}

	/** Runs it for a reader, over the running file. @param authority PEM: the one that clients trust, instead of the right one */
	async run(words: readonly string[], authority: string): Promise<Ran> {
		const ca = join(this.#folder, `authority-${this.#runs++}.pem`);
		await writeFile(ca, authority);
		return this.#doctor(join(this.#folder, "portico.yaml"), words, ca);
	}

	#doctor(file: string, words: readonly string[], ca: string): Promise<Ran> {
		const usual = ["--timeout", "30s", "--resolve", `127.0.0.1:${this.portico.port}`, "--ca", ca];
		return runCommand(register, ["doctor", "-c", file, ...usual, ...words]);
	}

	/** Runs it while nodes are set up differently. */
	async diagnoseWith(
		switches: Readonly<Record<string, unknown>>,
		names: readonly (keyof Rig["nodes"])[] = ["is-1", "is-2", "am-1", "am-2"],
		words: readonly string[] = [],
	): Promise<DoctorRun> {
		for (const name of names) Object.assign(this.nodes[name].switches, switches);
		try {
			return await this.diagnose(words);
		} finally {
			for (const name of names) Object.assign(this.nodes[name].switches, defaultSwitches(), ADVISED);
		}
	}
}

export class DoctorRun {
	readonly report: JsonReport;
	readonly code: number;

	constructor(report: JsonReport, code: number) {
		this.report = report;
		this.code = code;
	}

	get ids(): string[] {
		return [...new Set(this.report.findings.map(({ id }) => id))];
	}

	/** The finding, which has to be there with evidence, a reason and lines that mend it. */
	finding(id: string, service?: string): Finding {
		const found = this.report.findings.find((each) => each.id === id && (service === undefined || each.service === service));
		assert.ok(found, `${id} is not among ${JSON.stringify(this.ids)}`);
		assert.ok(found.evidence.length > 0 && found.why !== "" && found.remedies.length > 0, JSON.stringify(found));
		return found;
	}

	/** All lines that mend it. */
	remedy(id: string, service?: string): string {
		return this.finding(id, service)
			.remedies.map(({ file, lines, note }) => `${file}\n${lines}\n${note ?? ""}`)
			.join("\n");
	}
}

export async function openRig(
	scope: Scope,
	{ config = {}, is = {}, apim = {}, contexts = { is: "", apim: "" }, days = 90, names = [PUBLIC, API] }: RigOptions = {},
): Promise<Rig> {
	const authority = await TestAuthority.create();
	const { cert, key } = await authority.issue({ names, days });
	const other = await authority.issue({ names, days: 90 });
	const keystore = await createKeystore(["is-1"]);
	const shared = {
		is: { store: memoryStore(), sharedSessions: new HttpSessions() },
		apim: { store: memoryStore(), sharedSessions: new HttpSessions() },
	};
	const start = async (product: "is" | "apim", name: string): Promise<RunningNode> => {
		const publicOrigin = `https://${product === "is" || contexts.apim !== "" ? PUBLIC : API}`;
		const version = product === "is" ? "7.1.0" : "4.4.0";
		const options: NodeOptions = {
			product,
			name,
			version,
			publicOrigin,
			proxyContextPath: contexts[product],
			remoteIpValve: true,
			keystore,
			...shared[product],
			switches: ADVISED,
		};
		const node = await startNode(options);
		scope.after(() => node.close());
		return node;
	};
	const nodes = {
		"is-1": await start("is", "is-1"),
		"is-2": await start("is", "is-2"),
		"am-1": await start("apim", "am-1"),
		"am-2": await start("apim", "am-2"),
	};
	const access = { restricted: { allow: ["127.0.0.0/8"] } };
	const whole = {
		public: `https://${PUBLIC}`,
		listeners: [{ address: "127.0.0.1:0", tls: { certificates: [{ cert: "front.pem", key: "front.key" }] } }],
		services: {
			is: { product: "wso2-is", host: PUBLIC, trust: "nodes.pem", access, nodes: [nodeOf(nodes["is-1"]), nodeOf(nodes["is-2"])], ...is },
			apim: { product: "wso2-apim", host: API, trust: "nodes.pem", access, nodes: [nodeOf(nodes["am-1"]), nodeOf(nodes["am-2"])], ...apim },
		},
		responseHeaders: { "Strict-Transport-Security": "max-age=31536000" },
		accessLog: [],
		workers: 1,
		...config,
	};
	const files = {
		"front.pem": cert,
		"front.key": key,
		"other.pem": other.cert,
		"other.key": other.key,
		"nodes.pem": keystore.cert,
		"authority.pem": authority.cert,
	};
	const portico = await startPortico(scope, whole, { files });
	return new Rig(portico, nodes, portico.folder, whole);
}

export function nodeOf({ name, ports }: RunningNode): object {
	const own = { servlet: ports.servletHttps };
	const gateway = { gateway: ports.gatewayHttps, websocket: ports.websocketTls, websub: ports.websubTls };
	return { name, host: "localhost", ports: ports.gatewayHttps === 0 ? own : { ...own, ...gateway } };
}
