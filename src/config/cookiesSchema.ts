/** `cookies` of a service, as portico.yaml has it. */
import { z } from "zod";
import { sizeOrNone } from "./scalars.ts";

const ISOLATE = "`isolate` is auto, on or off\nwrite `isolate: off`";

export const cookies = z.strictObject({
	isolate: z
		.enum(["auto", "on", "off"], { error: (issue) => (typeof issue.input === "boolean" ? ISOLATE : undefined) })
		.default("auto")
		.describe(
			"Keep the service's cookies apart from those of other services on its host: browsers get them with the service's name before theirs (`is.commonAuthId`), nodes get them without, and none of another service. `auto` (default): on for the WSO2 products where another service shares the host, since they use the same names.",
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
			"More cookies that keep their names, because scripts read or write them: `consent`, `theme-*`. Those of the products are known: see the tables below. Two services that keep one name at `/` share that cookie.",
		),
	acceptUntagged: z
		.boolean()
		.default(true)
		.describe(
			"Nodes still get cookies without the service's name, from sessions that began before cookies were kept apart, as long as there is none with it. Set it to false when those sessions are over: then nodes get no cookie that is not their own.",
		),
	maxHeader: sizeOrNone
		.optional()
		.describe(
			"How large a Cookie header the nodes take: what Tomcat has as `maxHttpHeaderSize`. From three quarters of it on, cookies of old login attempts (`sessionNonceCookie-…`) are left out and deleted, the oldest first; what is still larger is answered with 431. 0: no limit. Default: 8KiB (wso2-is, wso2-apim), 0 (http); since updates of wso2-apim raise it, only more than 32KiB is refused there.",
		),
});
