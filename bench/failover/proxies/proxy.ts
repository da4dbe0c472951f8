/** What this bench knows about a proxy under test, in one configuration of it. */

import type { Daemon } from "../../children.ts";

export interface Site {
	/** A folder of its own for this start, readable by everyone. */
	readonly dir: string;
	readonly port: number;
	/** A free port for whatever else it needs. */
	readonly spare: number;
	readonly nodes: readonly [SiteNode, SiteNode];
}

interface SiteNode {
	readonly name: string;
	readonly port: number;
}

export interface Proxy {
	readonly name: string;
	/** What it is, with its version. */
	describe(): string;
	/** Why it cannot run here, or null. */
	missing(): string | null;
	/** The part of its configuration that decides about failover, and why it is so: Markdown. */
	readonly settings: string;
	start(site: Site): Daemon;
}
