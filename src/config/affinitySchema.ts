/** `affinity` of services and routes, as portico.yaml has it. */

import { z } from "zod";
import type { AffinityMode } from "../plan/affinity.ts";
import { duration, durationOrOff, token } from "./scalars.ts";

const modes = ["cookie", "jvmRoute", "prefix", "learn", "client", "header"] as const satisfies readonly AffinityMode[];

/** Default of `sessionIdle`, in milliseconds. */
export const SESSION_IDLE_MS = 1_800_000;
/** Default of `waitTime`, in milliseconds. */
export const WAIT_MS = 10_000;

const mode = z
	.enum([...modes, "off"], {
		error: (issue) => (issue.input === false ? `\`mode\` is one of ${modes.join(", ")}, or off\nwrite \`mode: off\`` : undefined),
	})
	.optional()
	.describe(
		"`cookie`: Portico sets a cookie of its own, which nodes never see. `jvmRoute`: the session cookie ends with the route of the node, as Tomcat writes it (`JSESSIONID=0A1B.n1`: the part after the last dot); Portico sets nothing. `prefix`: Portico puts an opaque id of the node and `~` before the value of the application's cookie, and removes it again for the nodes. `learn`: Portico remembers which node set a value of the application's cookie. `client`, `header`: a hash of the client's address or of a header decides; nothing is remembered, so a drain moves the clients at once. `off`: no affinity.",
	)
	.meta({ whenUnset: "`cookie` on the servlet ports of the WSO2 products; `off` for product `http` and for API traffic" });
const cookieName = z
	.string()
	.max(64)
	.regex(/^[\w!#$%&'*+.^`|~-]+$/, { error: (issue) => `${JSON.stringify(issue.input)} is not a cookie name` })
	.meta({ title: "cookie name" })
	.optional();
const header = token.optional().describe("Only mode `header`: name of the header. A request without it goes to any member.");
const flows = z
	.boolean()
	.optional()
	.describe(
		"Recognize a login in progress in requests without the cookie, and keep it on its node: by `sessionDataKey`, authorization code, SAML RelayState or artifact that appeared in a redirect of the node.",
	)
	.meta({ whenUnset: "`true` on the login and token endpoints of the WSO2 products" });
const onMemberLost = z
	.enum(["rebalance", "fail", "wait"])
	.optional()
	.describe(
		"What happens if the client's node cannot serve it. `rebalance`: another node serves the client and keeps it. `fail`: the client gets 503. `wait`: the request is queued (it uses a slot of `overload.queue`) until the node returns, or gets 503 after `waitTime`. Nodes that an operator disabled or hard-drained are not lost: their clients move.",
	)
	.meta({ default: "rebalance" });
const waitTime = duration.optional().describe("Only with `onMemberLost: wait`: maximum time in the queue.").meta({ whenUnset: "`10s`" });

export const affinity = z.strictObject({
	mode,
	name: cookieName.describe("Name of the cookie. `__Host-` in front of a name keeps other hosts of the domain from setting it.").meta({
		whenUnset: "`portico-` and the name of the service in mode `cookie`; `JSESSIONID` in the modes with a cookie of the application",
	}),
	header,
	maxIdle: durationOrOff
		.optional()
		.describe(
			"Only mode `cookie`: age at which a cookie is no longer valid, at least 5m. An active browser gets a new cookie after a quarter of this time.",
		)
		.meta({ whenUnset: "`off`" }),
	maxLife: durationOrOff
		.optional()
		.describe(
			"Only mode `cookie`: time after the first cookie of a client at which the client is rebalanced, even if it is active. At least 5m.",
		)
		.meta({ whenUnset: "`off`" }),
	preserve: z
		.boolean()
		.optional()
		.describe(
			"Only mode `cookie`: a node may set the cookie of that name itself; Portico then adds none. With an empty value, a node ends the affinity, for example at logout. `false`: Portico removes such cookies.",
		)
		.meta({ default: false }),
	postOnly: z
		.boolean()
		.optional()
		.describe("Only mode `cookie`: set the cookie only in responses to POST requests.")
		.meta({ default: false }),
	sessionIdle: duration
		.optional()
		.describe(
			"Time after its last request for which a client still counts as a session in `portico status` and `portico drain`. In mode `learn`, also the time for which a value is remembered.",
		)
		.meta({ whenUnset: "`30m`" }),
	flows,
	onMemberLost,
	waitTime,
});

const SERVICES = "the service's";

/** `affinity` of a route. */
export const routeAffinity = z.strictObject({
	mode: mode.describe("As in the service's `affinity`.").meta({ whenUnset: SERVICES }),
	name: cookieName
		.describe("Name of the application's cookie, if the route has a mode of its own that uses one.")
		.meta({ whenUnset: SERVICES }),
	header: header.meta({ whenUnset: SERVICES }),
	flows: flows.describe("As in the service's `affinity`.").meta({ whenUnset: SERVICES }),
	onMemberLost: onMemberLost.describe("As in the service's `affinity`.").meta({ whenUnset: SERVICES }),
	waitTime: waitTime.describe("As in the service's `affinity`.").meta({ whenUnset: SERVICES }),
});
