/** docs/reference/products.md, from the presets. */
import { presetDifferences, presetTable } from "../../src/config/presetTable.ts";
import { type Context, type Product, rolesOf } from "../../src/products/product.ts";
import { PRESET_NAMES, PRODUCTS, type ProductName } from "../../src/products/products.ts";
import { SOURCES } from "../../src/products/sources.ts";
import { cell, NOTE } from "./markdown.ts";

export function productsPage(): string {
	const presets = PRESET_NAMES.map((product) => presetSection(product, PRODUCTS[product]));
	return [INTRODUCTION, ...presets, sourcesSection()].join("\n");
}

const INTRODUCTION = `# Products

${NOTE}

By \`version\` of the product; \`portico explain --preset wso2-is --version 5.11\` prints what holds for one. A version that Portico does not know is an error that
names the nearest: of its line the newest before it; for one newer than all of its line, the line itself (\`7.x\`). A patch counts as its version: \`6.1.0\` is 6.1.

Contexts are what is served, and to whom. Paths are the nodes'; the prefix comes before them. A row covers what is below it, and the most specific row decides.
A row with methods is for these (HEAD goes with GET, and OPTIONS with all); other methods go to the row of the same path without methods, or get 405.
A row may hold for tenants and organizations too: *tenants* means \`/t/{tenant}/…\`, \`/o/{org}/…\` and \`/t/{tenant}/o/{org}/…\`; *organizations* means these, and
\`/o/…\` and \`/t/{tenant}/o/…\` from 6.0, where the token names the organization. What no row covers is answered with 404. Change rows with \`access\` and
\`routes\` of the service; rows marked * can be restricted but never public, those marked ** are for Portico's own health checks only.
`;

/** By product: what some estates need that no preset opens. */
const SELDOM: Readonly<Partial<Record<ProductName, string>>> = {
	"wso2-is": `Few estates need these endpoints, so the file has to name them:

| for | in portico.yaml |
| --- | --- |
| login pages that another server hosts | \`access: { open: [ /api/identity/auth/v1.1 ] }\` |
| dynamic registration of OAuth clients | \`access: { open: [ /api/identity/oauth2/dcr/v1.1/register ] }\` |
| WS-Trust clients (active STS) | \`access: { open: [ /services/wso2carbon-sts ] }\`, the only service below \`/services\` that may be public |
| SAML ECP clients | \`access: { open: [ /samlecp ] }\` |
| custom servlets | \`access: { open: [ /idv/onfido ] }\`, for example; tenants and organizations included |
`,
	"wso2-apim": `The portals take the tenant as a parameter, so \`/t/{tenant}/devportal\` is an API of that tenant. Gateways and key managers that reach the control plane through
Portico need their networks in \`access.restricted.allow\`, for \`/internal\` and \`/keymanager-operations\`. They cannot reach \`/services\` through Portico.

\`roles\` are those of \`nodes[].roles\`: the first one that a node of the service has serves the path, together with the nodes that have all roles. \`any\`: a control plane, otherwise a
key manager, a publisher, a developer portal, a traffic manager or a gateway, in this order.
`,
};

function presetSection(product: ProductName, preset: Product): string {
	const hasRoles = preset.roles.length > 0;
	const roles = (context: Context): string[] => {
		if (!hasRoles) return [];
		return [context.roles?.join(", ") ?? (context.pool === undefined ? "any" : rolesOf(context).join(", "))];
	};
	const rows = [...preset.contexts]
		.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
		.map((context) => {
			const mark = context.health ? "**" : context.guarded ? "*" : "";
			const { path, to, access, pool = "servlet", upgrade = "", methods = [], qualified = true, organization = false } = context;
			const forms = organization ? "organizations" : qualified ? "tenants" : "";
			const pathCell = `\`${path}\`${to === undefined ? "" : ` as \`${to}\``}`;
			const accessCell = access + mark.replaceAll("*", "\\*");
			return `| ${[pathCell, methods.join(", "), accessCell, pool, ...roles(context), upgrade, forms, versionsText(context), context.source].join(" | ")} |`;
		});
	const columns = ["path", "methods", "access", "pool", ...(hasRoles ? ["roles"] : []), "upgrade", "also for", "versions", "source"];
	const contexts = `| ${columns.join(" | ")} |\n|${" --- |".repeat(columns.length)}\n${rows.join("\n")}\n`;
	return `## ${product}\n\nKnown versions: ${preset.versions.join(", ")}.\n\n${contexts}\n${SELDOM[product] ?? ""}\n${portsTable(product)}\n${cookiesTable(preset)}\n${differencesTable(product)}`;
}

function versionsText({ since, until }: { readonly since?: string; readonly until?: string }): string {
	return [since === undefined ? "" : `from ${since}`, until === undefined ? "" : `up to ${until}`].filter((text) => text !== "").join(", ");
}

function portsTable(product: ProductName): string {
	const { version, pools } = presetTable(product);
	const rows = pools.map(
		({ kind, https, http, checks, gatedBy, source }) =>
			`| \`${kind}\` | ${https} | ${http} | ${checks.map((check) => `\`${check}\``).join(", else ")} | ${gatedBy ?? ""} | ${source ?? ""} |`,
	);
	return `Ports and health checks of ${version}, for a node without offset:\n\n| pool | https | http | checked with | once this pool is up | source |\n| --- | --- | --- | --- | --- | --- |\n${rows.join("\n")}\n`;
}

function cookiesTable({ cookies }: Product): string {
	const rows = cookies.map((cookie) => {
		const why = cookie.kept ? "pages read or write it by this name" : cookie.piles ? "each login leaves one more" : "";
		return `| \`${cookie.name}\` | ${why} | ${versionsText(cookie)} | ${cookie.source} |`;
	});
	return `Cookies that it sets:\n\n| cookie | matters because | versions | source |\n| --- | --- | --- | --- |\n${rows.join("\n")}\n`;
}

function differencesTable(product: ProductName): string {
	const { spans, rows } = presetDifferences(product);
	const lines = rows.map(({ what, there }) => `| ${what} | ${there.map((is) => (is ? "yes" : "–")).join(" | ")} |`);
	return `What its versions differ in:\n\n| | ${spans.join(" | ")} |\n| --- |${" --- |".repeat(spans.length)}\n${lines.join("\n")}\n`;
}

function sourcesSection(): string {
	const rows = Object.entries(SOURCES).map(([id, text]) => `| ${id} | ${cell(text)} |`);
	return `## Sources\n\n| source | what it is |\n| --- | --- |\n${rows.join("\n")}\n`;
}
