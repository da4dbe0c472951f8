/** A request for a host that no service has: what the client and the log learn. */
import { PorticoError } from "../errors.ts";
import type { Plan } from "../plan/plan.ts";
import type { ServicePlan } from "../plan/service.ts";
import type { AdmittedRequest } from "./request.ts";

/** The part of a plan that tells what is served. */
interface Served extends Pick<Plan, "publicOrigin"> {
	readonly services: readonly Pick<ServicePlan, "hosts">[];
}

/** More hosts than this are counted, not named. */
const NAMED = 10;

/** The client learns what it asked for; what is served is for the log alone. */
export function misdirected(request: Pick<AdmittedRequest, "authority" | "secure">, { services, publicOrigin }: Served): PorticoError {
	const { authority, secure } = request;
	const asked = withPort(authority, secure);
	const served = [...new Set(services.flatMap(({ hosts }) => hosts))].map((host) => withPort(host, publicOrigin.startsWith("https:")));
	const more = served.length > NAMED ? ` and ${served.length - NAMED} more` : "";
	return new PorticoError("misdirected_request", {
		detail: "host.unknown",
		told: `The request was for ${asked}.`,
		cause: new Error(`asked for ${asked}, served are ${served.slice(0, NAMED).join(", ")}${more}`),
	});
}

function withPort(authority: string, secure: boolean): string {
	return /:\d+$/.test(authority) ? authority : `${authority}:${secure ? 443 : 80}`;
}
