/** `portico explain --preset`: what Portico knows about a product, without a configuration file. */
import { type ContextRow, type PresetTable, presetTable } from "../config/presetTable.ts";
import { nearest } from "../config/suggest.ts";
import { PRESET_NAMES, PRODUCTS, type ProductName } from "../products/products.ts";
import { isKnownVersion, nearestVersion } from "../products/version.ts";

const NOTES =
	"* also below /t/{tenant}, /o/{org} and /t/{tenant}/o/{org}. ** also below /o and /t/{tenant}/o, if the token contains the organization. locked: can be restricted, never public; checks: only for Portico's own health checks.\n";

/** The table as text or JSON. Throws Error where the product or the version is not known. */
export function explainPreset(product: string, version: string | undefined, json: boolean): string {
	const known = PRESET_NAMES.find((each) => each === product);
	if (known === undefined) {
		const meant = nearest(product, PRESET_NAMES) ?? PRESET_NAMES.join(" and ");
		throw new Error(`there is no preset ${JSON.stringify(product)}; known: ${meant}`);
	}
	if (version !== undefined) checkVersion(known, version);
	const table = presetTable(known, version);
	return json ? `${JSON.stringify(table, null, 2)}\n` : presetText(table);
}

function checkVersion(product: ProductName, version: string): void {
	const { versions } = PRODUCTS[product];
	if (isKnownVersion(version, versions)) return;
	const near = /^\d/.test(version) ? `; the nearest is ${nearestVersion(version, versions)}` : "";
	throw new Error(`${product} has no known version ${JSON.stringify(version)}${near}; known are ${versions.join(", ")} and N.x`);
}

function presetText({ product, version, versions, pools, contexts, cookies, heads, timeouts, sources }: PresetTable): string {
	const { firstByte, upstreamIdle, tunnelIdle } = timeouts;
	return [
		`${product} ${version} (known: ${versions.join(", ")}, and N.x for the newest of a line)`,
		section(
			["POOL", "HTTPS", "HTTP", "MAX BODY", "HEALTH", "GATED BY", "SOURCE"],
			pools.map(({ kind, https, http, maxBody, checks, gatedBy, source }) => [
				...[kind, String(https), String(http), maxBody === 0 ? "no limit" : `${maxBody / 1024 / 1024} MiB`],
				...[checks.join(", else "), gatedBy ?? "", source ?? ""],
			]),
		),
		"Ports are those of a node without offset.\n",
		section(["PATH", "POOL", "ACCESS", "AFFINITY", "BODIES", "REPEATED", "METHODS", "TIMEOUTS", "SOURCE"], contexts.map(contextCells)),
		NOTES,
		section(
			["COOKIE", "MATTERS BECAUSE", "SOURCE"],
			cookies.map(({ name, kept, piles, source }) => [
				name,
				kept ? "pages read or write it by name" : piles ? "each login adds one" : "",
				source,
			]),
		),
		...heads.map(
			({ bytes, updated, source }) =>
				`a request's head: ${bytes / 1024} KiB, which nodes accept by default${updated === undefined ? "" : `, ${updated / 1024} KiB after updates`}; cookies.maxHeader follows it (${source})\n`,
		),
		`default timeouts: firstByte ${seconds(firstByte)}, upstreamIdle ${seconds(upstreamIdle)}, tunnelIdle ${seconds(tunnelIdle)}; event streams have no idle limit\n`,
		section(
			["SOURCE", ""],
			Object.entries(sources).map(([id, text]) => [id, text ?? ""]),
		),
	].join("\n");
}

function contextCells(row: ContextRow): string[] {
	const { path, to, pool, access, upgrade, affinity, flows, bodies, repeat, methods, timeouts, guarded, health, source } = row;
	const forms = row.organization ? " **" : row.qualified ? " *" : "";
	const own = Object.entries(timeouts).map(([name, ms]) => `${name} ${seconds(ms)}`);
	return [
		path + (to === null ? "" : ` (${to})`) + forms,
		pool + (upgrade === null ? "" : ` (upgrade ${upgrade})`),
		access + (health ? ", checks" : guarded ? ", locked" : ""),
		affinity === null ? "" : `${affinity}${flows ? ", logins" : ""}`,
		bodies ? "rewritten" : "",
		repeat ?? "",
		methods?.join(",") ?? "all",
		own.join(", "),
		source,
	];
}

function seconds(ms: number | undefined): string {
	return ms === undefined ? "" : `${ms / 1000}s`;
}

/** Aligned columns; one that says nothing is left out. */
function section(headings: readonly string[], rows: readonly (readonly string[])[]): string {
	const shown = headings.map((_, column) => rows.some((row) => (row[column] ?? "") !== ""));
	const widths = headings.map((heading, column) => Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)));
	const line = (row: readonly string[]): string =>
		row
			.map((text, column) => text.padEnd(widths[column] ?? 0))
			.filter((_, column) => shown[column])
			.join("  ")
			.trimEnd();
	return `${[headings, ...rows].map(line).join("\n")}\n`;
}
