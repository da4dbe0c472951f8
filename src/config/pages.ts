/** Error pages and maintenance as the data path sees them. Pure. */
import type { ErrorPagePlan, MaintenancePlan, PageTexts } from "../plan/pages.ts";
import type { PagesOfFile, PagesOfService } from "./pagesSchema.ts";
import type { Config } from "./schema.ts";
import type { ConfigPath } from "./source.ts";

type Page = PagesOfFile["errorPages"][string];

/** Every file of a page, with where it is written. */
export function writtenPages(config: Config): { readonly file: string; readonly at: ConfigPath; readonly format: "html" | "json" }[] {
	const filesOf = (page: Page | undefined, at: ConfigPath) =>
		(["html", "json"] as const).flatMap((format) => {
			const file = page?.[format];
			return file === undefined ? [] : [{ file, at, format }];
		});
	const of = ({ errorPages, maintenance }: PagesOfFile, path: ConfigPath) => [
		...Object.entries(errorPages).flatMap(([status, page]) => filesOf(page, [...path, "errorPages", status])),
		...filesOf(maintenance.page, [...path, "maintenance", "page"]),
	];
	return [...of(config, []), ...Object.entries(config.services).flatMap(([name, service]) => of(service, ["services", name]))];
}

type Contents = ReadonlyMap<string, Buffer>;

/** In the order in which they count: those of the service first, a status before its class. */
export function errorPagePlans(contents: Contents, ...levels: readonly PagesOfFile["errorPages"][]): ErrorPagePlan[] {
	return levels.flatMap((pages) =>
		Object.entries(pages)
			.sort(([a], [b]) => Number(a.endsWith("xx")) - Number(b.endsWith("xx")) || (a < b ? -1 : 1))
			.map(([status, page]) => ({ status, ...textsOf(page, contents) })),
	);
}

function textsOf(page: Page | undefined, contents: Contents): PageTexts {
	const textOf = (file: string | undefined): string | null => (file === undefined ? null : (contents.get(file)?.toString() ?? ""));
	return { html: textOf(page?.html), json: textOf(page?.json) };
}

const RETRY_AFTER_MS = 300_000;

export function maintenancePlan(config: Config, service: PagesOfService, contents: Contents): MaintenancePlan {
	const { on = false, ...own } = service.maintenance;
	const { page, retryAfter = RETRY_AFTER_MS, allow = [] } = { ...config.maintenance, ...own };
	return { on, ...textsOf(page, contents), retryAfter: Math.ceil(retryAfter / 1000), allow };
}

/** `[404, 5xx]` as single statuses. */
export function interceptedStatuses({ interceptErrors }: PagesOfService): number[] {
	const all = interceptErrors.flatMap((status) =>
		typeof status === "number" ? status : Array.from({ length: 100 }, (_, index) => Number(status[0]) * 100 + index),
	);
	return [...new Set(all)].sort((a, b) => a - b);
}
