/** Who may use what: networks by name, `allow` and `deny`, users with passwords. */
import { z } from "zod";
import { cidr } from "./scalars.ts";

const NETWORK_NAME = /^(?!all$)[A-Za-z][A-Za-z0-9_-]*$/;

/** One word for every address, as nginx and Apache have it. */
export const EVERYONE = "all";

const networkName = z
	.string()
	.max(63)
	.regex(NETWORK_NAME, {
		error: (issue) =>
			`${JSON.stringify(issue.input)} is not a name of networks\na letter, then letters, digits, \`-\` and \`_\`; \`all\` is every address`,
	})
	.meta({ title: "name" });

export const networks = z
	.record(networkName, z.array(cidr).min(1))
	.default({})
	.describe("Lists of addresses and CIDRs by a name of your choice, for `allow` and `deny`: `office: [192.0.2.0/24, 2001:db8::/48]`.");

/** Checked by meaning in checkAccess.ts. */
const addresses = z.array(z.string().min(1).meta({ title: "address, CIDR or name of networks" })).min(1);
export const addressList = z.array(z.string().min(1).meta({ title: "address, CIDR or name of networks" }));

/** `deny: all` is how others write it. */
const listOrOne = (description: string) =>
	z
		.union([z.string().min(1).meta({ title: "address, CIDR or name of networks" }), addresses], {
			error: (issue) => (Array.isArray(issue.input) ? undefined : "a list of addresses is expected\nsuch as [10.0.0.0/8, 192.0.2.1]"),
		})
		.transform((value) => (typeof value === "string" ? [value] : value))
		.optional()
		.describe(description);

export const routeAllow = listOrOne(
	"Only these clients may use the route: addresses, CIDRs, names of `networks`, `all`. Replaces `access.allow` of the service, and on a restricted route `access.restricted.allow`. Section Who may.",
);
export const routeDeny = listOrOne("These clients may not use the route, in addition to `access.deny` of the service. Section Who may.");
export const serviceAllow = listOrOne(
	"Only these clients may use the service: addresses, CIDRs, names of `networks`, `all`. Restricted paths have `restricted.allow` in its place. Section Who may.",
);
export const serviceDeny = listOrOne("These clients may not use the service, whatever its routes say. Section Who may.");

const userListName = z.string().min(1).meta({ title: "name, or off" });
export const routeBasicAuth = userListName
	.optional()
	.describe(
		"Clients sign in as a user of this list of `basicAuth`. `off`: not on this route. Default: that of the access class or service.",
	);
export const serviceBasicAuth = userListName
	.optional()
	.describe("Clients of all routes of the service sign in as a user of this list of `basicAuth`.");
export const restrictedBasicAuth = userListName
	.optional()
	.describe("Clients of restricted paths sign in as a user of this list of `basicAuth`, beside having an allowed address.");

const user = z.strictObject({
	name: z
		.string()
		.min(1)
		.max(255)
		.regex(/^[^:\x00-\x1f\x7f]+$/, { error: "a user's name has no colon" })
		.describe("Name, in any characters but a colon."),
	password: z
		.string({ error: "the hash of a password is a text\nwrite it in quotes" })
		.min(1)
		.meta({ title: "hash" })
		.describe("Hash that `portico hash-password` prints, or a bcrypt hash of `htpasswd -B`. In quotes: it has commas."),
});

const userList = z.strictObject({
	realm: z
		.string()
		.min(1)
		.max(128)
		.regex(/^[\x20-\x7e]+$/, { error: "a realm is printable ASCII" })
		.optional()
		.describe("Text that browsers show beside the question for the password. Default: the name of the list."),
	users: z.array(user).default([]).describe("Users in this file."),
	htpasswd: z
		.union([z.string().min(1).meta({ title: "file" }), z.array(z.string().min(1).meta({ title: "file" }))])
		.default([])
		.transform((value) => (typeof value === "string" ? [value] : value))
		.describe("Files of `htpasswd -B` (bcrypt). Hashes of other kinds are refused. A reload reads them again."),
	passAuthorization: z
		.boolean()
		.default(false)
		.describe("`true`: nodes get the Authorization field with the name and the password. Default: Portico removes it."),
});

export const basicAuth = z
	.record(
		z
			.string()
			.max(63)
			.regex(/^(?!off$)[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?$/, {
				error: (issue) => `${JSON.stringify(issue.input)} is not a name\nletters, digits, \`-\`, \`_\` and \`.\`; \`off\` is for none`,
			})
			.meta({ title: "name" }),
		userList,
	)
	.default({})
	.describe("Lists of users by a name of your choice. Routes, access classes and services name the list whose users may sign in.");
