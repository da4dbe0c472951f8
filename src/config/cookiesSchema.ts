/** `cookies` of a service, as portico.yaml has it. */
import { z } from "zod";
import { sizeOrNone } from "./scalars.ts";

const ISOLATE = "`isolate` is auto, on or off\nwrite `isolate: off`";

export const cookies = z.strictObject({
	isolate: z
		.enum(["auto", "on", "off"], { error: (issue) => (typeof issue.input === "boolean" ? ISOLATE : undefined) })
		.default("auto")
		.describe(
			"Isolate the service's cookies from those of other services on its host. Browsers get them with the service's name in front (`is.commonAuthId`). Nodes get them without it, and no cookie of another service. `auto`: on for the WSO2 products if another service shares the host.",
		),
	keep: z
		.array(
			z
				.string()
				.max(128)
				.regex(/^[\w!#$%&'+.^`|~-]+\*?$/, {
					error: (issue) => `${JSON.stringify(issue.input)} is not a cookie name\na name, or the beginning of one and \`*\``,
				})
				.meta({ title: "cookie name" }),
		)
		.default([])
		.describe(
			"More cookies that keep their names because scripts read or write them: `consent`, `theme-*`. The products' own are known: see Products. Two services that keep the same name at `/` share that cookie.",
		),
	acceptUntagged: z
		.boolean()
		.default(true)
		.describe(
			"Nodes also get cookies without the service's name, from sessions that began before the cookies were isolated, until a cookie with the name exists. Set this to false once those sessions are over; nodes then get only their own cookies.",
		),
	maxHeader: sizeOrNone
		.optional()
		.describe(
			"Largest Cookie header that the nodes accept (Tomcat: `maxHttpHeaderSize`). Above three quarters of it, Portico deletes `sessionNonceCookie-…` cookies of old login attempts, oldest first. A request that is still too large gets 431. 0: no limit.",
		)
		.meta({
			whenUnset:
				"`8KiB` for `wso2-is` and `wso2-apim`, no limit for `http`; for `wso2-apim`, whose updates raise the limit, only more than 32 KiB gets 431",
		}),
});
