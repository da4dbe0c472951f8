/** Affinity cookies that would overwrite each other or a product's own, or that browsers refuse; keys that cannot be told apart. */
import { affinityCookie } from "./affinity.ts";
import { publicOrigin, serviceHosts } from "./hosts.ts";
import { quote } from "./problem.ts";
import type { Report } from "./report.ts";
import type { Config } from "./schema.ts";
import type { ConfigPath } from "./source.ts";

/** Sessions of the products, in lower case: their nodes have to see and set them. */
const PRODUCT_COOKIES: ReadonlySet<string> = new Set(["jsessionid", "commonauthid", "opbs", "atbv", "samlssotokenid"]);

export function checkAffinity(config: Config, report: Report): void {
	checkKeys(config, report);
	const placed: { readonly service: string; readonly cookie: string; readonly hosts: readonly string[] }[] = [];
	for (const [service, settings] of Object.entries(config.services)) {
		const path: ConfigPath = ["services", service, "affinity", "name"];
		const cookie = affinityCookie(service, settings);
		if (cookie === null) continue;
		if (PRODUCT_COOKIES.has(cookie.toLowerCase()))
			report.problem(path, `${quote(cookie)} is a cookie of the product`, "affinity needs a cookie of its own, which nodes never see");
		if (/^__(?:host|secure)-/i.test(cookie) && publicOrigin(config)?.scheme === "http")
			report.problem(path, `browsers take ${quote(cookie)} from https alone`, "choose another name, or make the public origin https");
		const hosts = serviceHosts(config, service, settings);
		const rival = placed.find((other) => other.cookie === cookie && other.hosts.some((host) => hosts.includes(host)));
		if (rival !== undefined)
			report.problem(
				path,
				`the cookie ${quote(cookie)} is taken already by service ${quote(rival.service)}`,
				"each needs a name of its own",
			);
		placed.push({ service, cookie, hosts });
	}
}

function checkKeys(config: Config, report: Report): void {
	const seen = new Set<string>();
	config.secrets.affinity.forEach(({ id }, index) => {
		if (seen.has(id))
			report.problem(["secrets", "affinity", index, "id"], `the key id ${quote(id)} is taken already`, "each key has its own id");
		seen.add(id);
	});
}
