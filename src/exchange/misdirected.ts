/** A request for a host that no service has: what the client and the log learn. */
import { PorticoError } from "../errors.ts";
import type { Plan } from "../plan/plan.ts";
import type { ServicePlan } from "../plan/service.ts";
import { hostsAt, listenersOf } from "../route/hostBindings.ts";
import type { AdmittedRequest } from "./request.ts";

/** The part of a plan that tells what is served. */
interface Served extends Pick<Plan, "publicOrigin"> {
	readonly services: readonly Pick<ServicePlan, "hosts" | "bindings">[];
}

/** More hosts than this are counted, not named. */
const NAMED = 10;

/**
 * The client learns what it asked for; what is served is for the log alone.
 *
 * @param listener name of the one that was asked; null: it serves every host
 */
export function misdirected(
	request: Pick<AdmittedRequest, "authority" | "secure">,
	{ services, publicOrigin }: Served,
	listener: string | null,
): PorticoError {
	const { authority, secure } = request;
	const asked = withPort(authority, secure);
	const elsewhere = listenersOf(services, authority);
	const at = listener === null || elsewhere === null ? "" : ` at ${listener}, which ${elsewhere.join(" and ")} alone serves`;
	const served = [...new Set(services.flatMap((service) => hostsAt(service, listener)))].map((host) =>
		withPort(host, publicOrigin.startsWith("https:")),
	);
	const more = served.length > NAMED ? ` and ${served.length - NAMED} more` : "";
	return new PorticoError("misdirected_request", {
		detail: "host.unknown",
		publicDetail: `The request was for ${asked}.`,
		cause: new Error(`asked for ${asked}${at}, served are ${served.slice(0, NAMED).join(", ")}${more}`),
	});
}

function withPort(authority: string, secure: boolean): string {
	return /:\d+$/.test(authority) ? authority : `${authority}:${secure ? 443 : 80}`;
}
