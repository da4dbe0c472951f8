/** Attributes of cookies, as they leave through Portico; the node's own tell where the fault is. */
import type { Check } from "../check.ts";
import { authorityOf, type DeployedService, type Deployment, decisionFor, isKnown } from "../deployment.ts";
import type { DoctorSession } from "../doctorSession.ts";
import { type Finding, finding, type Kinds } from "../finding.ts";
import { shownCookie } from "../plainText.ts";
import { inPortico } from "../remedies/product.ts";
import { cookieFlags } from "../remedies/server.ts";
import { contextPath, hasDashPrefix, otherPrefix } from "../remedies/urls.ts";
import type { HttpResponse } from "../request.ts";
import { type SetCookie, setCookies } from "../setCookies.ts";
import { applicationsOf, authorizePaths } from "./callbacks.ts";
import { portalsOf } from "./portals.ts";

const FLAGS = "`secure` and `http-only` in the session configuration of the node's web applications.";

const KINDS: Kinds<"cookie.secure" | "cookie.http-only" | "cookie.same-site" | "cookie.path" | "cookie.domain"> = {
	"cookie.secure": {
		severity: "error",
		what: "A cookie leaves without `Secure`.",
		why: "Browsers send it over plain http too, where anybody reads it; with `SameSite=None` they drop it.",
		fix: FLAGS,
	},
	"cookie.http-only": {
		severity: "warning",
		what: "A session cookie leaves without `HttpOnly`.",
		why: "A script that gets into a page takes the session away.",
		fix: FLAGS,
	},
	"cookie.same-site": {
		severity: "warning",
		what: "A cookie of the login framework leaves with `SameSite=Lax` or `Strict`.",
		why: "Other sites begin and end logins here by POST and in iframes: the browser keeps the cookie back, and the login goes round in a circle.",
		fix: "`SameSite=None`, as the products set it; whatever changes it on the way is to be taken out.",
	},
	"cookie.path": {
		severity: "error",
		what: "A cookie's `Path` is none that this service has outside.",
		why: "The browser never sends it back: logins begin anew with every request.",
		fix: "`proxy_context_path`, a host of its own, or Portico's mapping of cookie paths (its prefix).",
	},
	"cookie.domain": {
		severity: "error",
		what: "A cookie's `Domain` is not the public host's.",
		why: "The browser refuses the cookie.",
		fix: "The name as `aliases` of the service: Portico takes the `Domain` of names that it knows away.",
	},
};

export const cookies: Check = {
	id: "cookie",
	description:
		"Pages that set cookies (login, a portal's login, account recovery; those below `/t/NAME` of each `--tenant` too), through Portico.",
	requires: "a node of WSO2 and the public side",
	kinds: KINDS,
	async run(doctor) {
		const found = doctor.deployment.services.filter(isKnown).map(async (service) => {
			const findings = await Promise.all(
				pagesWithCookies(service, doctor.deployment.qualifiers).map((path) => ofPage(doctor, service, path)),
			);
			if (doctor.hasFront && findings.every((each) => each === null))
				doctor.noteSkipped("cookie", service.plan.name, "no page through Portico set a cookie");
			return findings.flatMap((each) => each ?? []);
		});
		return (await Promise.all(found)).flat();
	},
};

/** @param qualifiers of the tenants: `/t/acme`, or empty */
export function pagesWithCookies(service: DeployedService, qualifiers: readonly string[]): string[] {
	const framework = [
		...service.product.doctor.cookiePages,
		...applicationsOf(service)
			.slice(0, 1)
			.flatMap((application) => authorizePaths(service, application)),
	];
	return [
		...qualifiers.flatMap((qualifier) => framework.map((path) => qualifier + path)),
		...portalsOf(service).map((portal) => `/${portal}/services/auth/login`),
	];
}

/** Null: it sets none. */
async function ofPage(doctor: DoctorSession, service: DeployedService, path: string): Promise<Finding[] | null> {
	const reply = await doctor.front(service, path);
	return reply.kind !== "response" || !reply.headers.has("set-cookie") ? null : cookieFindings(doctor.deployment, service, reply);
}

export function cookieFindings(
	deployment: Deployment,
	service: DeployedService,
	{ request, headers }: Pick<HttpResponse, "request" | "headers">,
): Finding[] {
	const { readByScripts, crossSite } = service.product.doctor;
	const secure = service.plan.publicOrigin.startsWith("https:");
	const all = setCookies(headers);
	return all.flatMap((cookie) => {
		if (cookie.deletes) return [];
		const found = (id: keyof typeof KINDS, what: string, remedies: Finding["remedies"]): Finding => {
			const evidence = [{ request, result: `Set-Cookie: ${shownCookie(cookie.text)}` }];
			return finding(KINDS, id, { service: service.plan.name, nodes: [], what: `${shownName(cookie)} ${what}`, evidence, remedies });
		};
		const findings: Finding[] = [];
		if (secure && !cookie.secure) findings.push(found("cookie.secure", "leaves without Secure", [cookieFlags(service)]));
		if (!cookie.httpOnly && !readByScripts.test(cookie.name))
			findings.push(found("cookie.http-only", "leaves without HttpOnly", [cookieFlags(service)]));
		if (cookie.sameSite !== null && cookie.sameSite !== "none" && crossSite.test(cookie.name))
			findings.push(
				found("cookie.same-site", `leaves with SameSite=${cookie.sameSite}`, [
					inPortico(
						`services:\n  ${service.plan.name}:\n    responseHeaders: {}    # nothing here or on a route sets Set-Cookie`,
						"Nothing behind or before Portico may change the cookies of the products.",
					),
				]),
			);
		// If Portico rewrites pages, it sends some a second time, for requests without the prefix.
		if (!all.some((each) => each.name === cookie.name && hasPath(deployment, service, each)))
			findings.push(
				found("cookie.path", `has the path ${cookie.path}, which ${service.plan.name} does not have outside`, [
					contextPath(service),
					...(hasDashPrefix(service) ? [otherPrefix(service)] : []),
				]),
			);
		if (cookie.domain !== null && !isOurs(service, cookie.domain))
			findings.push(
				found("cookie.domain", `has the domain ${cookie.domain}`, [
					inPortico(`services:\n  ${service.plan.name}:\n    aliases: [${cookie.domain}]`),
				]),
			);
		return findings;
	});
}

function hasPath(deployment: Deployment, service: DeployedService, { path }: SetCookie): boolean {
	if (path === null || !path.startsWith("/") || /^\/(?:[to]\/[^/]+\/?)?$/.test(path)) return true;
	const { route } = decisionFor(deployment, authorityOf(service), path);
	if (route?.service === service.plan) return true;
	// A part of paths that are served: `/is/oauth2` of `/is/oauth2/authorize`, `/is/t/acme/`.
	const qualified = path.replace(/\bt\/[^/]+/, "t/{tenant}").replace(/\bo\/[^/]+/, "o/{org}");
	const folder = qualified.endsWith("/") ? qualified : `${qualified}/`;
	return deployment.plan.routes.some((each) => deployment.plan.services[each.service] === service.plan && each.pattern.startsWith(folder));
}

function isOurs({ plan }: DeployedService, domain: string): boolean {
	return plan.hosts.some((authority) => {
		const host = authority.replace(/:\d+$/, "");
		return host === domain || host.endsWith(`.${domain}`);
	});
}

function shownName({ text }: SetCookie): string {
	return shownCookie(text).split("=", 1)[0] ?? "";
}
