/** Attributes of cookies, as Portico sends them to clients. Those of the node show where a fault comes from. */
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

const FLAGS = "Set `secure` and `http-only` in the session configuration of the node's web applications.";

const KINDS: Kinds<"cookie.secure" | "cookie.http-only" | "cookie.same-site" | "cookie.path" | "cookie.domain"> = {
	"cookie.secure": {
		severity: "error",
		what: "A cookie has no `Secure` attribute.",
		why: "Browsers also send it over plain http, where others can read it. With `SameSite=None`, they drop it.",
		fix: FLAGS,
	},
	"cookie.http-only": {
		severity: "warning",
		what: "A session cookie has no `HttpOnly` attribute.",
		why: "A script that is injected into a page can steal the session.",
		fix: FLAGS,
	},
	"cookie.same-site": {
		severity: "warning",
		what: "A cookie of the login framework has `SameSite=Lax` or `Strict`.",
		why: "Other sites begin and end logins by POST and in iframes. The browser does not send the cookie then, and the login loops.",
		fix: "Keep `SameSite=None`, as the products set it, and remove whatever changes it on the way.",
	},
	"cookie.path": {
		severity: "error",
		what: "A cookie's `Path` is not a public path of this service.",
		why: "The browser never sends it back, so every request starts a new login.",
		fix: "Set `proxy_context_path`, or give the service a host of its own or a slash prefix, so that Portico maps the path.",
	},
	"cookie.domain": {
		severity: "error",
		what: "A cookie's `Domain` does not match the public host.",
		why: "The browser refuses the cookie.",
		fix: "Add the name to the service's `aliases`. Portico then removes the `Domain` attribute.",
	},
};

export const cookies: Check = {
	id: "cookie",
	description:
		"Requests pages that set cookies through Portico: login, a portal's login, account recovery, also below `/t/NAME` of each `--tenant`.",
	requires: "a WSO2 node and the public endpoint",
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
				found("cookie.same-site", `has SameSite=${cookie.sameSite}`, [
					inPortico(
						`services:\n  ${service.plan.name}:\n    responseHeaders: {}    # neither here nor on a route may Set-Cookie be set`,
						"No proxy in front of or behind Portico may change the cookies of the products.",
					),
				]),
			);
		// If Portico rewrites pages, it sends some cookies a second time, for requests without the prefix.
		if (!all.some((each) => each.name === cookie.name && hasPath(deployment, service, each)))
			findings.push(
				found("cookie.path", `has the path ${cookie.path}, which is not a public path of ${service.plan.name}`, [
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
	// A prefix of served paths: `/is/oauth2` of `/is/oauth2/authorize`, `/is/t/acme/`.
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
