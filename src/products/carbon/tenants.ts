/** WSO2's qualified URLs: the tenant and organisation that may stand before a context. */
export const QUALIFIERS: readonly string[] = ["", "/t/{tenant}", "/o/{org}", "/t/{tenant}/o/{org}"];

/** The path without a tenant or organisation before it: `/t/acme/carbon` -> `/carbon`. */
export function unqualified(path: string): string {
	return path.replace(/^(?:\/t\/[^/]+)?(?:\/o\/[^/]+)?(?=\/|$)/, "") || "/";
}
