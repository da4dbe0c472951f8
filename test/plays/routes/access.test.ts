/** Who may use what of the presets: public, restricted to some networks, blocked for everyone. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { field } from "../../harness/message.ts";
import { INSIDER, type Product, startFront, startNodes } from "./front.ts";

const RESTRICTED: readonly (readonly [Product, string])[] = [
	["is", "/console/"],
	["is", "/scim2/Users"],
	["is", "/oauth2/introspect"],
	["is", "/api/server/v1/applications"],
	["is", "/fileupload/x"],
	["is", "/t/acme.com/scim2/Users"],
	["is", "/o/org-1/api/server/v1/applications"],
	["is", "/t/acme.com/o/scim2/Users"],
	["is", "/api/identity/auth/v1.1/context"],
	["apim", "/publisher/"],
	["apim", "/admin/"],
	["apim", "/api/am/publisher/v3/apis"],
	["apim", "/internal/data/v1/keys"],
	["apim", "/keymanager-operations/dcr/register"],
	["apim", "/client-registration/v0.17/register"],
	["apim", "/t/acme.com/api/am/publisher/v4/apis"],
];

const BLOCKED: readonly (readonly [Product, string])[] = [
	["is", "/carbon"],
	["is", "/carbon/admin/login.jsp"],
	["is", "/services"],
	["is", "/services/Version"],
	["is", "/registry/resourceContent"],
	["is", "/api/health-check/v1.0/health"],
	["is", "/t/acme.com/carbon/"],
	["is", "/t/acme.com/services/Version"],
	["is", "/o/org-1/carbon/"],
	["apim", "/carbon/"],
	["apim", "/services/Version"],
	["apim", "/health-check"],
	["apim", "/api/am/gateway/v2/server-startup-healthcheck"],
	["apim", "/api/unknown"],
	["apim", "/t/acme.com/carbon/"],
	["apim", "/t/acme.com/services/Version"],
	["apim", "/t/acme.com/o/org-1/services/Version"],
];

const nodes = await startNodes({ after });
const fronts = [await startFront({ after }, nodes), await startFront({ after }, nodes, { form: "slash" })] as const;

for (const front of fronts) {
	for (const [product, path] of RESTRICTED) {
		const publicPath = front.publicPath(product, path);
		test(`${publicPath} is for the networks that are listed`, async (t) => {
			const outside = await front.ask(t, product, publicPath, { fields: ["X-Forwarded-For: 127.0.0.9"] });
			assert.equal(outside.response.status, 403);
			assert.equal(field(outside.response, "proxy-status"), "portico; error=http_request_denied");
			assert.equal(outside.seen.length, 0);
			const inside = await front.ask(t, product, publicPath, { from: INSIDER });
			assert.deepEqual(
				inside.seen.map(({ target }) => target),
				[path],
			);
		});
	}

	for (const [product, path] of BLOCKED) {
		const publicPath = front.publicPath(product, path);
		test(`${publicPath} is for no one`, async (t) => {
			for (const from of ["127.0.0.1", INSIDER]) {
				const { response, seen } = await front.ask(t, product, publicPath, { from });
				assert.equal(response.status, 403);
				assert.equal(seen.length, 0);
			}
		});
	}
}

test("the log names the rule", async () => {
	const [front] = fronts;
	const rules = await front.portico.child.until(() => {
		const lines = front.accessLog.filter((line) => line.error === "http_request_denied");
		return lines.length >= RESTRICTED.length + 2 * BLOCKED.length ? lines : undefined;
	}, "all refusals in the access log");
	assert.deepEqual(
		rules.map(({ rule }) => rule),
		[...RESTRICTED.map(() => "access.restricted"), ...BLOCKED.flatMap(() => ["access.blocked", "access.blocked"])],
	);
});

test("what the file opens, restricts and blocks is so, in tenant forms too, and below blocked paths nothing opens", async (t) => {
	const access = { restricted: { allow: [`${INSIDER}/32`] }, open: ["/scim2"], restrict: ["/myaccount", "/carbon"], block: ["/samlsso"] };
	const front = await startFront(t, nodes, { is: { access } });
	const rows: readonly (readonly [path: string, outside: number, inside: number])[] = [
		["/scim2/Users", 401, 401],
		["/t/acme.com/scim2/Users", 401, 401],
		["/myaccount/", 403, 200],
		["/t/acme.com/myaccount/", 403, 200],
		["/carbon/", 403, 200],
		["/services/Version", 403, 403],
		["/samlsso", 403, 403],
		["/commonauth", 302, 302],
	];
	for (const [path, outside, inside] of rows) {
		const publicPath = front.publicPath("is", path);
		const statuses = [
			(await front.ask(t, "is", publicPath)).response.status,
			(await front.ask(t, "is", publicPath, { from: INSIDER })).response.status,
		];
		assert.deepEqual([path, ...statuses], [path, outside, inside]);
	}
});
