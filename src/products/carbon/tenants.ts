import type { Qualifier } from "../product.ts";

/** WSO2's qualified URLs: the tenant and organization that may stand before a context. */
export const QUALIFIERS: readonly Qualifier[] = [
	{ path: "" },
	{ path: "/t/{tenant}" },
	{ path: "/o/{org}" },
	{ path: "/t/{tenant}/o/{org}" },
];

/**
 * Before APIs of Identity Server: the organization is that of the token (`TenantContextRewriteValve`, and
 * `web.xml` of its API resources).
 */
export const QUALIFIERS_WITHOUT_ID: readonly Qualifier[] = [
	{ path: "/o", isWithoutId: true, since: "6.0" },
	{ path: "/t/{tenant}/o", isWithoutId: true, since: "6.0" },
];

/**
 * The path without a tenant or organisation before it: `/t/acme/carbon` -> `/carbon`, `/o/scim2/Me` ->
 * `/scim2/Me`.
 */
export function unqualified(path: string): string {
	return path.replace(/^(?:\/t\/[^/]+)?(?:\/o(?=\/(?:api|scim2)(?:\/|$))|\/o\/[^/]+)?(?=\/|$)/, "") || "/";
}
