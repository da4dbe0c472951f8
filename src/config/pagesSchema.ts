/** `errorPages`, `interceptErrors` and `maintenance`, of the file and of a service. */
import { z } from "zod";
import { cidr, duration } from "./scalars.ts";

/** Each worker has them in memory. */
export const LARGEST_PAGE = 256 * 1024;

const file = z.string().min(1).meta({ title: "file" });
const FILES = "A file for browsers, or one for each kind of client, relative to the configuration file.";
const HTML = "For clients whose Accept prefers HTML: browsers.";
const JSON_FILE = "For all other clients. Without it they get Portico's own JSON.";

const page = z
	.union([file, z.strictObject({ html: file.optional().describe(HTML), json: file.optional().describe(JSON_FILE) })], {
		error: (issue) =>
			typeof issue.input === "object" && issue.input !== null
				? undefined
				: "a page is a file\nwrite 404.html, or { html: 404.html, json: 404.json }",
	})
	.transform((written) => (typeof written === "string" ? { html: written } : written));

const errorPages = z
	.record(
		z.string().regex(/^[45](?:\d\d|xx)$/, {
			error: (issue) => `${JSON.stringify(issue.input)} is no status of an error\nsuch as 404, or 5xx for a class`,
		}),
		page,
	)
	.meta({ title: "map of status to page" })
	.default({});

const PAGES =
	"Pages in place of Portico's own for its error responses, by status (`404`) or class (`5xx`); a status goes before its class. At most 256 KiB each, in UTF-8, read at the start and at each reload. `{status}`, `{reason}`, `{code}`, `{message}`, `{requestId}` and `{host}` are filled in, escaped for HTML or JSON.";

const maintenance = z.strictObject({
	on: z.boolean().optional().describe("Clients get 503 instead of a response of a node. `portico maintenance` changes it at run time."),
	page: page.optional().describe(`${FILES} Without it, the page of \`errorPages\` for 503.`),
	retryAfter: duration.optional().describe("Sent as Retry-After, in whole seconds.").meta({ whenUnset: "`5m`" }),
	allow: z.array(cidr).optional().describe("Client addresses that pass nevertheless."),
});

export const pagesOfFile = {
	errorPages: errorPages.describe(PAGES),
	maintenance: maintenance
		.prefault({})
		.describe("Maintenance of the whole instance. Its page, `retryAfter` and `allow` are also the defaults of the services."),
};

export const pagesOfService = {
	errorPages: errorPages.describe(`${PAGES} They go before those of the file.`),
	interceptErrors: z
		.array(z.union([z.int().min(400).max(599), z.enum(["4xx", "5xx"])], { error: "a status from 400 to 599, or 4xx or 5xx, is expected" }))
		.default([])
		.describe(
			"Statuses of nodes' responses that get the page of `errorPages` too. If there is none for the status and the kind of client, the response passes as it is. Headers of the node are kept, apart from those about its body.",
		),
	maintenance: maintenance.prefault({}).describe("Maintenance of this service. Unset keys inherit the file's values, apart from `on`."),
};

export type PagesOfFile = { readonly [K in keyof typeof pagesOfFile]: z.output<(typeof pagesOfFile)[K]> };
export type PagesOfService = { readonly [K in keyof typeof pagesOfService]: z.output<(typeof pagesOfService)[K]> };
