/** What the bench knows about a proxy under test. */

import type { Daemon } from "../children.ts";
import type { Certificate } from "../scene.ts";

export interface Scene {
	/** A folder of its own for this start, readable by everyone. */
	readonly dir: string;
	readonly originPort: number;
	readonly certificate: Certificate;
	/** Entries of the routing table. */
	readonly routes: number;
	readonly port: number;
	readonly tlsPort: number;
	/** A free port for whatever else it needs: an inner hop, an admin listener. */
	readonly spare: number;
}

export interface Started {
	readonly daemons: readonly Daemon[];
	/** Access logs; emptied between measurements so that the disk does not fill. */
	readonly logs: readonly string[];
}

export interface Peer {
	readonly name: string;
	/** What it is, with its version. */
	describe(): string;
	/** Why it cannot run here, or null. */
	missing(): string | null;
	/** Runs on a compiler that needs a longer warm-up. */
	readonly jit: boolean;
	/** Its routing table is its own, so a table of 10 000 says something about it. */
	readonly manyRoutes: boolean;
	readonly rewritesBodies: boolean;
	start(scene: Scene): Started;
	/** A second try, without TLS, for one whose start fails: then at least its plain rows are measured. */
	startPlain?(scene: Scene): Started;
}
