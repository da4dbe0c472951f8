/** `redirects` and `responses`, of the file and of a service: requests to which Portico itself responds. */
import { z } from "zod";
import { headerName, headerValue, ownPattern, publicHost } from "./scalars.ts";

const STATUSES = [301, 302, 303, 307, 308] as const;

/** A path or an absolute URL; its names are checked beside `from` in checkOwnRoutes.ts. */
const target = z
	.string()
	.regex(/^[!#-;=?-[\]_a-z{}~]+$/, {
		error:
			"a target is one word of printable ASCII without quotes, `<`, `>`, `|`, `^`, `` ` `` and `\\`\nsuch as /devportal/ or https://sso.example.com/",
	})
	.regex(/^(?:\/(?!\/)|https?:\/\/[^/])/i, {
		error: (issue) =>
			`${JSON.stringify(issue.input)} is neither a path nor an http or https URL\nsuch as /devportal/ or https://sso.example.com/`,
	})
	.refine((value) => !/[/](?:\.|%2e){1,2}(?:[/?#]|$)/i.test(value), { error: "a target has no `.` or `..` segments" })
	.refine((value) => !value.includes("*"), { error: "a target has no `*`\n`match: prefix` keeps what follows in the path" })
	.refine((value) => !/\$\d|\$request_uri|\$uri/.test(value), {
		error: "a target has no `$1`\nname a part of the path in `from`: from: '/t/{tenant}', to: '/tenants/{tenant}'",
	})
	.meta({ title: "path or URL" });

const match = z
	.enum(["exact", "prefix"])
	.default("exact")
	.describe("`exact`: only the path itself, with or without its last slash as it is written. `prefix`: all that is below it too.");

const ANY_HOST = "every host that neither a service nor another entry has";
const hosts = z
	.array(z.union([z.literal("*"), publicHost]))
	.min(1)
	.optional()
	.describe(
		`Public hosts that it is for; \`"*"\` is ${ANY_HOST}. A host that no service has gets no 421 for these paths, and needs a certificate. Default: all hosts of all services.`,
	);

const pattern = "Public path, the service's prefix included. A segment may end in one `{name}`, which takes the rest of that segment.";

const redirectKeys = {
	from: ownPattern.describe(pattern),
	match,
	to: target.describe("Path on the same host, or absolute URL. `{name}` stands for what the same name takes in `from`."),
	status: z
		.union(
			STATUSES.map((status) => z.literal(status)),
			{ error: "the status of a redirect is 301, 302, 303, 307 or 308\n302 may change any time; browsers keep 301 and 308 for long" },
		)
		.default(302)
		.describe(
			"301 and 308 are permanent: browsers keep them. 302, 303 and 307 are not. After 301, 302 and 303 a browser repeats a POST as GET; after 307 and 308 it sends the same method and body again.",
		),
	keepPath: z
		.boolean()
		.optional()
		.describe("Only with `match: prefix`: what follows `from` in the path goes behind the path of `to`, unless this is `false`."),
	keepQuery: z.boolean().optional().describe("The query goes behind `to`, unless this is `false` or `to` has a query of its own."),
};

/** Browsers give the whole body to whoever asks, so it stays small: each worker has it in memory. */
export const LARGEST_BODY = 256 * 1024;

const responseKeys = {
	path: ownPattern.describe(pattern),
	match,
	status: z
		.int()
		.min(200, { error: "a status is 200 to 599" })
		.max(599, { error: "a status is 200 to 599" })
		.default(200)
		.describe("Status of the response. For redirects there are `redirects`."),
	body: z.string().optional().describe("The body itself. Default: none."),
	file: z
		.string()
		.min(1)
		.meta({ title: "file" })
		.optional()
		.describe("File with the body, at most 256 KiB, relative to the configuration file. Read at the start and at each reload."),
	type: z
		.string()
		.regex(/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:\s*;[\x20-\x7e]*)?$/, { error: "this is not a media type\nsuch as text/plain" })
		.meta({ title: "media type" })
		.optional()
		.describe("Content-Type. Default: by the ending of `file`; otherwise `text/plain; charset=utf-8`."),
	headers: z
		.record(headerName, headerValue)
		.default({})
		.describe("More header fields of the response: `{ Cache-Control: max-age=86400 }`."),
};

export const redirect = z.strictObject({ ...redirectKeys, hosts });
export const serviceRedirect = z.strictObject(redirectKeys);
export const fixedResponse = z.strictObject({ ...responseKeys, hosts });
export const serviceFixedResponse = z.strictObject(responseKeys);

const REDIRECTS =
	"Redirects by path. The most specific path counts, of `redirects`, `responses` and routes of the file; those go before rows of presets.";
const RESPONSES =
	"Fixed responses, such as `/robots.txt`: status, headers and a body from here or a file, with an ETag. Paths count as in `redirects`.";

/** Keys of the file. */
export const ownRoutesOfFile = {
	redirects: z.array(redirect).default([]).describe(REDIRECTS),
	responses: z.array(fixedResponse).default([]).describe(RESPONSES),
};

/** Keys of a service. */
export const ownRoutesOfService = {
	redirects: z
		.array(serviceRedirect)
		.default([])
		.describe(`${REDIRECTS} These are for the service's own hosts, not for those of a kind of traffic or a tenant.`),
	responses: z
		.array(serviceFixedResponse)
		.default([])
		.describe(`${RESPONSES} These are for the service's own hosts, not for those of a kind of traffic or a tenant.`),
};

export type RedirectConfig = z.output<typeof redirect> | z.output<typeof serviceRedirect>;
export type FixedResponseConfig = z.output<typeof fixedResponse> | z.output<typeof serviceFixedResponse>;
