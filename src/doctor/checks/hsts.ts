/** Strict-Transport-Security on the public endpoint. */
import type { Check } from "../check.ts";
import { type DeployedService, type Deployment, isKnown } from "../deployment.ts";
import { type Finding, finding, type Kinds } from "../finding.ts";
import { plain } from "../plainText.ts";
import { inPortico } from "../remedies/product.ts";
import type { HttpResponse } from "../request.ts";

const KINDS: Kinds<"hsts.missing" | "hsts.short"> = {
	"hsts.missing": {
		severity: "warning",
		what: "Responses have no Strict-Transport-Security header.",
		why: "A browser that follows an http:// link sends its request unencrypted, and others on the network can read and change the response. As shipped, the products do not set the header.",
		fix: "Set it in `responseHeaders` of the file.",
	},
	"hsts.short": {
		severity: "advice",
		what: "Strict-Transport-Security holds for less than half a year.",
		why: "Users who come less often are not protected.",
		fix: "Set `max-age=31536000`.",
	},
};

const HALF_YEAR = 15_768_000;

export const hsts: Check = {
	id: "hsts",
	description: "Requests one public page of each service through Portico.",
	requires: "a service with a public route, on https",
	kinds: KINDS,
	async run(doctor) {
		const found = doctor.deployment.services.map(async (service) => {
			const path = publicSample(doctor.deployment, service);
			if (path === null || !service.plan.publicOrigin.startsWith("https:")) return [];
			const response = doctor.responseOrSkip("hsts", service.plan.name, await doctor.publicPath(service, path));
			return response === null || response.headers.has("proxy-status") ? [] : hstsFindings(service, response);
		});
		return (await Promise.all(found)).flat();
	},
};

/** A public path that a node serves. */
export function publicSample({ plan }: Deployment, service: DeployedService): string | null {
	const routes = plan.routes.filter(
		(route) => plan.services[route.service] === service.plan && route.access === "public" && !route.pattern.includes("{"),
	);
	const known = isKnown(service) ? routes.find(({ id }) => /\/oauth2(?:\/jwks)?$/.test(id)) : undefined;
	const route = known ?? routes[0];
	return route === undefined ? null : route.pattern.replace(/\/oauth2$/, "/oauth2/jwks").replace(/(?<=-)oauth2$/, "oauth2/jwks");
}

export function hstsFindings(service: DeployedService, { request, headers }: Pick<HttpResponse, "request" | "headers">): Finding[] {
	const value = headers.get("strict-transport-security");
	const about = { service: service.plan.name, nodes: [] };
	const remedies = [
		inPortico(
			"responseHeaders:\n  Strict-Transport-Security: max-age=31536000",
			"For the whole file; also possible per service or route. A browser that has seen it does not use http again for a year.",
		),
	];
	if (value === undefined) {
		const evidence = [{ request, result: "no Strict-Transport-Security header" }];
		return [finding(KINDS, "hsts.missing", { ...about, what: "Responses have no Strict-Transport-Security header", evidence, remedies })];
	}
	const age = Number(/max-age="?(\d{1,12})/i.exec(value)?.[1] ?? 0);
	if (age >= HALF_YEAR) return [];
	const evidence = [{ request, result: `Strict-Transport-Security: ${plain(value)}` }];
	return [
		finding(KINDS, "hsts.short", {
			...about,
			what: `Strict-Transport-Security holds for ${Math.floor(age / 86_400)} days`,
			evidence,
			remedies,
		}),
	];
}
