import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Scope } from "../../harness/deadline.ts";
import { responseText } from "../../harness/message.ts";
import { type LogLine, type Portico, type PorticoOptions, startPortico } from "../../harness/portico.ts";
import { type RawServer, startRawServer } from "../../harness/rawServer.ts";
import { serve } from "../../harness/stage.ts";

// biome-ignore lint/suspicious/noExplicitAny: a configuration that plays change anywhere
export type Draft = any;

/** A node that answers with its name. */
export interface NamedNode {
	readonly name: string;
	readonly url: string;
	readonly server: RawServer;
}

export async function startNodes(scope: Scope, ...names: readonly string[]): Promise<NamedNode[]> {
	return Promise.all(
		names.map(async (name) => {
			const server = await startRawServer(scope, serve(responseText(200, [], name)));
			return { name, url: `http://127.0.0.1:${server.port}`, server };
		}),
	);
}

export const entry = ({ name, url }: NamedNode, more: object = {}): object => ({ name, url, ...more });

/** Service `app` at `/app` with these nodes, an admin server, two workers. */
export function configOf(nodes: readonly NamedNode[], more: object = {}): Draft {
	return {
		public: "http://localhost",
		listeners: [{ address: "127.0.0.1:0" }],
		services: { app: { product: "http", routes: [{ path: "/app" }], nodes: nodes.map((node) => entry(node)) } },
		accessLog: [],
		admin: { address: "127.0.0.1:0" },
		workers: 2,
		...more,
	};
}

/** A running Portico whose configuration changes. Lifetime: its scope. */
export class Reloadable {
	readonly portico: Portico;
	/** As it stands in the file, or will with the next reload. */
	readonly config: Draft;
	#outcomes = 0;

	private constructor(portico: Portico, config: Draft) {
		this.portico = portico;
		this.config = config;
	}

	static async start(scope: Scope, config: Draft, options: PorticoOptions = {}): Promise<Reloadable> {
		return new Reloadable(await startPortico(scope, config, options), config);
	}

	/** Changes the file, and nothing else. */
	write(edit: (config: Draft) => void = () => undefined): void {
		edit(this.config);
		writeFileSync(join(this.portico.folder, "portico.yaml"), stringify(this.config));
	}

	/** Changes the file, sends HUP and waits for what becomes of it: the event `config_reloaded` or `config_refused`. */
	async reload(edit?: (config: Draft) => void): Promise<LogLine> {
		this.write(edit);
		return this.hangUp();
	}

	async hangUp(): Promise<LogLine> {
		this.portico.signal("SIGHUP");
		return this.outcome();
	}

	/** The next one. */
	async outcome(): Promise<LogLine> {
		const at = this.#outcomes++;
		const { child } = this.portico;
		return child.until(() => outcomesOf(this.portico)[at], `outcome ${at} of a reload`, 20_000);
	}
}

export function outcomesOf(portico: Portico): LogLine[] {
	return portico.log.filter(({ msg }) => msg === "config_reloaded" || msg === "config_refused");
}

/** @throws Error with the reason when it was refused */
export function changesOf({ msg, changes, reason, problems }: LogLine): string[] {
	if (msg !== "config_reloaded") throw new Error(`refused: ${String(reason)} ${JSON.stringify(problems)}`);
	return changes as string[];
}
