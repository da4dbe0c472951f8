import { productNamed } from "../products/products.ts";
import type { Leak } from "../rewrite/leaks.ts";

/** What fixes a leak. Field: name of the header, or null for a body. */
export function leakFix({ kind, host, field, product, isRewritten, publicPort }: LeakPlace): string {
	const { isFree, publicOriginSetting } = productNamed(product);
	const setting = publicOriginSetting(publicPort);
	const alias = `\`aliases: ["${host}"]\` of the service`;
	if (isFree) return field === null || !MAPPED.has(field) ? setting : `${alias}, or ${setting}`;
	// A rewritten response that still names the node has an unknown host in it, or a value that is never changed, such as an issuer.
	if (field === null && isRewritten) return `${setting}; or ${alias}, if it does not know the host`;
	if (field === null) return `\`rewriteBodies: true\` for the route (and ${alias}, if it does not know the host), or ${setting}`;
	return kind === "port" || !MAPPED.has(field) ? setting : `${alias}, or ${setting}`;
}

export interface LeakPlace extends Pick<Leak, "kind" | "host"> {
	readonly field: string | null;
	readonly product: string;
	/** The route's bodies are rewritten. */
	readonly isRewritten: boolean;
	readonly publicPort: number;
}

/** Fields in which `aliases` are mapped. */
const MAPPED: ReadonlySet<string> = new Set([
	...["location", "content-location", "uri", "destination", "refresh", "link", "set-cookie"],
	...["content-security-policy", "content-security-policy-report-only"],
]);
