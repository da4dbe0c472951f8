/** Pages of services, made ready once per snapshot. */
import { ErrorPages } from "../http/errorPages.ts";
import type { ServicePlan } from "../plan/service.ts";

export interface MaintenancePages {
	readonly pages: ErrorPages | null;
	/** Seconds. */
	readonly retryAfter: number;
}

/** Lifetime: snapshot. */
export interface ServicePages {
	/** Those of the file included; null: none. */
	readonly errors: ErrorPages | null;
	readonly maintenance: MaintenancePages;
	/** Statuses of nodes' responses that get a page, too; null: none. */
	readonly intercepted: ReadonlySet<number> | null;
}

export function servicePages({ errorPages, interceptErrors, maintenance }: ServicePlan): ServicePages {
	const { html, json, retryAfter } = maintenance;
	return {
		errors: ErrorPages.of(errorPages),
		maintenance: { pages: html === null && json === null ? null : ErrorPages.of([{ status: "503", html, json }]), retryAfter },
		intercepted: interceptErrors.length === 0 || errorPages.length === 0 ? null : new Set(interceptErrors),
	};
}

/** By host, those of the only service that has it: for requests that no route takes. */
export function pagesByHost(services: readonly ServicePlan[], pages: readonly ServicePages[]): Map<string, ErrorPages | null> {
	const byHost = new Map<string, ErrorPages | null>();
	for (const host of new Set(services.flatMap(({ hosts }) => hosts))) {
		const owners = services.flatMap(({ hosts }, index) => (hosts.includes(host) ? (pages[index] ?? []) : []));
		const [first] = owners;
		if (first !== undefined && owners.length === 1) byHost.set(host, first.errors);
	}
	return byHost;
}
