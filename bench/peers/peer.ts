/** What the bench knows about a proxy under test. */

import type { Daemon } from "../children.ts";
import type { ProductNodes } from "../origin/products.ts";
import type { Ability } from "../rows/row.ts";
import type { Certificate, Routing } from "../scene.ts";

export interface Scene {
	/** A folder of its own for this start, readable by everyone. */
	readonly dir: string;
	/** The origin of the plain routes. */
	readonly originPort: number;
	/** The nodes of the product routes. */
	readonly nodes: ProductNodes;
	readonly certificate: Certificate;
	readonly routing: Routing;
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
	/**
	 * `manyRoutes` only where the routing table is its own, so that one of 10 000 says something about it.
	 */
	readonly abilities: readonly Ability[];
	start(scene: Scene): Started;
}

/** For a peer without `products` among its abilities, which is never started with them. */
export function plainRouting({ routing }: Scene): "few" | "many" {
	if (routing === "products") throw new Error("this proxy has no place in the product rows");
	return routing;
}
