/** `affinity` of services and routes, as portico.yaml has it. */

import { z } from "zod";
import type { AffinityMode } from "../plan/affinity.ts";
import { duration, durationOrOff, token } from "./scalars.ts";

const modes = ["cookie", "jvmRoute", "prefix", "learn", "client", "header"] as const satisfies readonly AffinityMode[];

/** What `sessionIdle` is unless the file says otherwise. */
export const SESSION_IDLE_MS = 1_800_000;
/** What `waitTime` is unless the file says otherwise. */
export const WAIT_MS = 10_000;

const mode = z
	.enum([...modes, "off"], {
		error: (issue) => (issue.input === false ? `\`mode\` is one of ${modes.join(", ")}, or off\nwrite \`mode: off\`` : undefined),
	})
	.optional()
	.describe(
		"`cookie`: Portico sets a cookie of its own, which nodes never see. `jvmRoute`: the session cookie ends in the node's route, as Tomcat writes it with a jvmRoute (`JSESSIONID=0A1B.n1`: what follows the last dot); Portico sets nothing. `prefix`: Portico puts an opaque id of the node and `~` before the value of the application's own cookie, and takes it away again for the nodes. `learn`: which node set a value of the application's cookie is remembered. `client`, `header`: a hash of the client's address, or of a header, decides; nothing is remembered, so draining a node moves its clients at once. `off`: every request may go to another node. Default: `cookie` on the servlet ports of the WSO2 products, whose logins need it; `off` for product `http`. API traffic has none unless a route says so.",
	);
const cookieName = z
	.string()
	.max(64)
	.regex(/^[\w!#$%&'*+.^`|~-]+$/, { error: (issue) => `${JSON.stringify(issue.input)} is not a cookie name` })
	.meta({ title: "cookie name" })
	.optional();
const header = token.optional().describe("Only mode `header`: which one. A request without it goes to any member.");
const flows = z
	.boolean()
	.optional()
	.describe(
		"Keep logins under way on their node also where a request comes without the cookie: by `sessionDataKey`, authorization code, SAML RelayState or artifact, as they were in a redirect of the node. Default: on for the login and token endpoints of the WSO2 products.",
	);
const onMemberLost = z
	.enum(["rebalance", "fail", "wait"])
	.optional()
	.describe(
		"When the node that a client belongs to cannot serve it. `rebalance` (default): another one does, and keeps the client from then on. `fail`: 503. `wait`: the request waits in `overload.queue` until the node is back, and gets 503 after `waitTime`. A node that an operator disabled or put in a hard drain is not lost: its clients move.",
	);
const waitTime = duration.optional().describe("Only with `onMemberLost: wait`. Default: `10s`.");

export const affinity = z.strictObject({
	mode,
	name: cookieName.describe(
		"Name of the cookie. Default in mode `cookie`: `portico-` and the service's name (`__Host-` before a name keeps other hosts of the domain from setting it); in the modes with a cookie of the application: `JSESSIONID`.",
	),
	header,
	maxIdle: durationOrOff
		.optional()
		.describe(
			"Only mode `cookie`: a cookie that was issued longer ago counts no more. Browsers that go on get a new one when a quarter of this has passed. Default: `off`.",
		),
	maxLife: durationOrOff
		.optional()
		.describe("Only mode `cookie`: so long after its first issue a client is spread anew, however busy it is. Default: `off`."),
	preserve: z
		.boolean()
		.optional()
		.describe(
			"Only mode `cookie`: a node may set the cookie of that name itself; then Portico adds none. With an empty value a node ends the affinity, at logout for example. Default: false, such cookies are removed.",
		),
	postOnly: z.boolean().optional().describe("Only mode `cookie`: set the cookie in responses to POST alone. Default: false."),
	sessionIdle: duration
		.optional()
		.describe(
			"Time after its last request for which a client counts as a session in `portico status` and `portico drain`; in mode `learn` also the time for which a value is remembered. Default: `30m`.",
		),
	flows,
	onMemberLost,
	waitTime,
});

/** Of one route. */
export const routeAffinity = z.strictObject({
	mode: mode.describe("As in the service's `affinity`. Default: the service's."),
	name: cookieName.describe("Name of the application's cookie, where the route has a mode of its own that has one."),
	header,
	flows: flows.describe("As in the service's `affinity`."),
	onMemberLost: onMemberLost.describe("As in the service's `affinity`."),
	waitTime: waitTime.describe("As in the service's `affinity`."),
});
