/**
 * Whether a node reaches the public origin, or itself under its name: WSO2's pages and portals call their own server by its configured name. From outside that cannot
 * be seen: nothing that a visitor may ask for makes a node call, and tell what came of it. So it says what to ask there.
 */
import type { Check } from "../check.ts";
import type { ManualCheck } from "../examination.ts";
import { isKnown, publicPathOf, type SiteService, servletMembers } from "../site.ts";

const WHY =
	"Login, recovery and portal pages call their own server by its configured name. Where a node cannot, or does not trust the certificate that it meets, pages are slow or empty and codes are not exchanged.";

export const hairpin: Check = {
	id: "hairpin",
	description:
		"Nothing: whether a node reaches the public origin, or itself under that name, can only be seen on the node. The report ends with the commands to run there, which no exit code knows of. Calls that do come back to Portico stand in its access log, with a node's address as the client's.",
	requires: "somebody on the nodes, who runs what is written below",
	kinds: {},
	async run(examination) {
		for (const service of examination.site.services.filter(isKnown)) examination.askByHand(question(service));
		return [];
	},
};

function question(service: SiteService): ManualCheck {
	const { hostname, origin } = new URL(service.plan.publicOrigin);
	const members = servletMembers(service);
	const secure = members.find(({ plan }) => plan.tls !== null) ?? members[0];
	const own = `${secure?.plan.tls === null ? "http" : "https"}://${hostname}:${secure?.plan.port ?? 9443}`;
	const shown = `curl -ksS -o /dev/null -w '%{http_code} from %{remote_ip}\\n'`;
	return {
		check: "hairpin",
		service: service.plan.name,
		nodes: members.map(({ plan }) => plan.node),
		what: `whether it reaches ${origin}, or itself under that name`,
		why: WHY,
		lines: [
			`getent hosts ${hostname}    # the node's own address (as WSO2 advises), or that of the public side`,
			`${shown} ${own}/services/Version    # where it is its own: 200`,
			`${shown} ${origin}${publicPathOf(service, "/oauth2/jwks")}    # where it is the public side's: 200, not a timeout`,
			`keytool -printcert -sslserver ${hostname}:${new URL(origin).port || 443} | grep -m1 Issuer    # an issuer that client-truststore.jks has`,
		].join("\n"),
	};
}
