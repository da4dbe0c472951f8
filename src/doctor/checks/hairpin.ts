/**
 * Whether a node reaches the public origin, or itself under that name: WSO2's pages and portals call their own server by its configured name. That cannot be checked
 * from outside, because no request of an anonymous user makes a node call itself and return the result. So the report lists commands to run on the nodes.
 */
import type { Check } from "../check.ts";
import { type DeployedService, isKnown, publicPathOf, servletMembers } from "../deployment.ts";
import type { ManualCheck } from "../doctorSession.ts";

const WHY =
	"Login, recovery and portal pages call their own server by its configured name. If a node cannot do that, or does not trust the certificate there, pages are slow or empty and codes are not exchanged.";

export const hairpin: Check = {
	id: "hairpin",
	description:
		"Checks nothing itself: only a node can show whether it reaches the public origin, or itself under that name. The report ends with the commands to run there; they do not affect the exit code. Calls that come back to Portico are in its access log, with a node's address as the client.",
	requires: "an operator on the nodes, who runs the commands of the report",
	kinds: {},
	async run(doctor) {
		for (const service of doctor.deployment.services.filter(isKnown)) doctor.addManualCheck(manualCheck(service));
		return [];
	},
};

function manualCheck(service: DeployedService): ManualCheck {
	const { hostname, origin } = new URL(service.plan.publicOrigin);
	const members = servletMembers(service);
	const secure = members.find(({ plan }) => plan.tls !== null) ?? members[0];
	const own = `${secure?.plan.tls === null ? "http" : "https"}://${hostname}:${secure?.plan.port ?? 9443}`;
	const shown = `curl -ksS -o /dev/null -w '%{http_code} from %{remote_ip}\\n'`;
	return {
		check: "hairpin",
		service: service.plan.name,
		nodes: members.map(({ plan }) => plan.node),
		what: `whether the node reaches ${origin}, or itself under that name`,
		why: WHY,
		lines: [
			`getent hosts ${hostname}    # the node's own address (as WSO2 advises), or the public address`,
			`${shown} ${own}/services/Version    # if it is the node's own: 200`,
			`${shown} ${origin}${publicPathOf(service, "/oauth2/jwks")}    # if it is the public address: 200, not a timeout`,
			`keytool -printcert -sslserver ${hostname}:${new URL(origin).port || 443} | grep -m1 Issuer    # the issuer must be in client-truststore.jks`,
		].join("\n"),
	};
}
