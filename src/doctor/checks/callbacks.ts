/** Callbacks of logins: the ones that portals and applications send, and the ones that are registered. */
import type { ApplicationFacts } from "../../products/doctorFacts.ts";
import type { Check } from "../check.ts";
import {
	type DeployedMember,
	type DeployedService,
	type Deployment,
	EXAMPLE_CLIENT,
	ofVersion,
	publicUrlOf,
	reachOf,
	servletMembersWith,
} from "../deployment.ts";
import type { DoctorSession } from "../doctorSession.ts";
import { type Finding, finding, type Kinds } from "../finding.ts";
import { shownUrl } from "../plainText.ts";
import { applicationCallback, portalCallback, portalUrl, publicName } from "../remedies/urls.ts";
import type { HttpResponse } from "../request.ts";
import { portalsOf } from "./portals.ts";

const KINDS: Kinds<"callback.host" | "callback.registered"> = {
	"callback.host": {
		severity: "error",
		what: "A portal's login has a callback address that is not public.",
		why: "Portico maps the redirect only if it knows that address. Otherwise the browser is sent there with the code, or into a loop between portal and login. Single logout fails in any case, because the iframe that watches the session belongs to the registered callback.",
		fix: "Set `[server] hostname` and `proxyPort`, or `customUrl` in the portal's settings.json.",
	},
	"callback.registered": {
		severity: "error",
		what: "The registered callback is not the one in the request.",
		why: "Every login ends with `Registered callback does not match with the provided url`. The product registers the callback once, with the host it has at that time.",
		fix: "The callback of the service provider in the console; `callback_url` of `[console]` and `[myaccount]` from Identity Server 7.0 on.",
	},
};

export const callbacks: Check = {
	id: "callback",
	description:
		"Requests `services/auth/login` of each portal and follows its redirect. For Identity Server, requests `/oauth2/authorize` as My Account and Console do.",
	requires: "API Manager 3.0 or later, or Identity Server 5.11 or later, that responds",
	kinds: KINDS,
	async run(doctor) {
		const found = doctor.deployment.services.map(async (service) => [
			...(await Promise.all(portalsOf(service).map((portal) => ofPortal(doctor, service, portal)))).flat(),
			...(await Promise.all(applicationsOf(service).map((application) => ofApplication(doctor, service, application)))).flat(),
		]);
		return (await Promise.all(found)).flat();
	},
};

/** OAuth applications that the service's version of its product includes. */
export function applicationsOf(service: DeployedService): readonly ApplicationFacts[] {
	return ofVersion(service, service.product.doctor.applications);
}

/** The login of an application, with its public callback. An application that does not know the prefix uses the callback without it, which is second. */
export function authorizePaths(service: DeployedService, { id, name }: ApplicationFacts): readonly string[] {
	const callbacks = new Set([publicUrlOf(service, `/${name}`), `${service.plan.publicOrigin}/${name}`]);
	return [...callbacks].map((callback) => authorizePath(id, callback));
}

/** A login as the application begins it. It is never finished, so the verifier of this challenge need not be kept. */
function authorizePath(clientId: string, redirectUri: string): string {
	const query = new URLSearchParams({
		response_type: "code",
		client_id: clientId,
		scope: "openid",
		redirect_uri: redirectUri,
		state: "portico-doctor",
		code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
		code_challenge_method: "S256",
	});
	return `/oauth2/authorize?${query}`;
}

/** The response of the first node that sends one. */
async function responseOfSome(doctor: DoctorSession, service: DeployedService, path: string): Promise<HttpResponse | null> {
	for (const member of servletMembersWith(doctor.deployment, service, path.replace(/\?.*/s, ""))) {
		const reply = await doctor.member(service, member, path);
		if (reply.kind === "response") return reply;
	}
	return null;
}

async function ofPortal(doctor: DoctorSession, service: DeployedService, portal: string): Promise<Finding[]> {
	// As shipped, `customUrl` uses this field as a host, so send what Portico would send for a client.
	const begun = await Promise.all(
		servletMembersWith(doctor.deployment, service, `/${portal}`).map(async (member) => {
			const reply = await doctor.member(service, member, `/${portal}/services/auth/login`, [["X-Forwarded-For", EXAMPLE_CLIENT]]);
			const location = reply.kind === "response" ? reply.headers.get("location") : undefined;
			return location === undefined ? [] : { member, request: reply.request, location };
		}),
	);
	const [first, ...others] = begun.flat();
	if (first === undefined) {
		doctor.noteSkipped("callback", `${service.plan.name}, ${portal}`, "services/auth/login redirects nowhere");
		return [];
	}
	const findings = [first, ...others].flatMap((each) => portalLoginFindings(doctor.deployment, service, portal, each));
	const authorize = URL.parse(first.location);
	if (findings.length > 0 || authorize === null) return findings;
	// The registered callback is in the database that the nodes share.
	const reply = await doctor.member(service, first.member, authorize.pathname.replace(/^.*(?=\/oauth2\/)/, "") + authorize.search);
	return reply.kind === "response" ? registeredFindings(service, reply, portalCallback(service, portal)) : findings;
}

interface Begun {
	readonly member: DeployedMember;
	readonly request: string;
	readonly location: string;
}

function portalLoginFindings(
	deployment: Deployment,
	service: DeployedService,
	portal: string,
	{ member, request, location }: Begun,
): Finding[] {
	const callback = URL.parse(location)?.searchParams.get("redirect_uri") ?? null;
	// The browser's cookies or Referer identify the service of the path.
	if (callback === null || ["served", "bare"].includes(reachOf(deployment, service, callback))) return [];
	const evidence = [{ request, result: `Location: ${shownUrl(location)}` }];
	const what = "Logins of portals have a callback address that is not public";
	return [
		finding(KINDS, "callback.host", {
			service: service.plan.name,
			nodes: [member.plan.node],
			what,
			evidence,
			remedies: [publicName(service), portalUrl(service, portal)],
		}),
	];
}

async function ofApplication(doctor: DoctorSession, service: DeployedService, application: ApplicationFacts): Promise<Finding[]> {
	let findings: Finding[] = [];
	for (const path of authorizePaths(service, application)) {
		const begun = await responseOfSome(doctor, service, path);
		findings = begun === null ? [] : registeredFindings(service, begun, applicationCallback(service, application));
		if (findings.length === 0) return [];
	}
	return findings;
}

function registeredFindings(
	service: DeployedService,
	{ request, headers }: Pick<HttpResponse, "request" | "headers">,
	remedy: Finding["remedies"][number],
): Finding[] {
	const location = headers.get("location") ?? "";
	const code = URL.parse(location, "https://relative.invalid")?.searchParams.get("oauthErrorCode");
	if (code !== "invalid_callback") return [];
	const evidence = [{ request, result: `Location: ${shownUrl(location)}` }];
	return [
		finding(KINDS, "callback.registered", {
			service: service.plan.name,
			nodes: [],
			what: "The registered callback is not the public one",
			evidence,
			remedies: [remedy],
		}),
	];
}
