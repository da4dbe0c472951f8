/** A service with several public hosts: whatever names a node in a response names the host that the client asked. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { field, requestText, responseText } from "../../harness/message.ts";
import { openStage, serve } from "../../harness/stage.ts";

const stage = await openStage(
	{ after },
	{
		services: 3,
		route: () => ({ rewriteBodies: true }),
		service: () => ({ aliases: ["https://node.internal:9443"] }),
		config: { hosts: ["first.test", "tenant.test"] },
	},
);

/** What a node writes, with the origin of its own in place of `@`; and what becomes of it, with the asked one. */
const FIELDS = [
	["Location", "@/s0/x?y=@/z", "@/s0/x?y=https://node.internal:9443/z"],
	["Content-Location", "@/s0/x", "@/s0/x"],
	["Refresh", "0; url=@/s0/x", "0; url=@/s0/x"],
	["Link", "<@/s0/x>; rel=next", "<@/s0/x>; rel=next"],
	["Content-Security-Policy", "form-action @", "form-action @"],
	["Access-Control-Allow-Origin", "@", "@"],
	["Timing-Allow-Origin", "@, https://other.test", "@, https://other.test"],
	["WWW-Authenticate", 'Bearer realm="@/s0/token", error="x"', 'Bearer realm="@/s0/token", error="x"'],
	["SourceMap", "@/s0/x.map", "@/s0/x.map"],
	["X-SourceMap", "@/s0/x.map", "@/s0/x.map"],
	["Reporting-Endpoints", 'csp="@/s0/reports"', 'csp="@/s0/reports"'],
] as const;
const NODE = "https://node.internal:9443";

test("every field and the body, at each host", async (t) => {
	const lines = FIELDS.map(([name, value]) => `${name}: ${value.replaceAll("@", NODE)}`);
	const { path } = stage.service(serve(responseText(200, [...lines, "Content-Type: text/html"], `<a href="${NODE}/s0/x">`)));
	for (const host of ["localhost", "tenant.test"]) {
		const response = await stage.exchange(t, requestText("GET", path, { host }));
		for (const [name, , expected] of FIELDS) {
			// What follows a `?` belongs to whoever reads it.
			assert.equal(field(response, name.toLowerCase()), expected.replaceAll("@", `http://${host}`), name);
		}
		assert.equal(response.body.toString(), `<a href="http://${host}/s0/x">`);
	}
});

test("what belongs to others stays: the origin of the client's own page, another public host, a realm that is hashed", async (t) => {
	const kept = [
		`Access-Control-Allow-Origin: ${NODE}`,
		"Location: http://localhost/s0/x",
		`WWW-Authenticate: Digest realm="${NODE}/", nonce="x"`,
	];
	const { path } = stage.service(serve(responseText(200, kept, "")));
	const response = await stage.exchange(t, requestText("GET", path, { host: "tenant.test", fields: [`Origin: ${NODE}`] }));
	for (const line of kept) assert.ok(response.raw.includes(`\r\n${line}\r\n`), line);
});

test("a cookie for another public host would be refused by browsers: it is kept for the asked one", async (t) => {
	const cookies = ["Set-Cookie: a=1; Domain=first.test; Path=/s0", "Set-Cookie: b=2; Domain=.tenant.test", "Set-Cookie: c=3; Domain=test"];
	const { path } = stage.service(serve(responseText(200, cookies, "")));
	const response = await stage.exchange(t, requestText("GET", path, { host: "tenant.test" }));
	const seen = response.headers.flatMap(([name, value]) => (name === "Set-Cookie" ? value : []));
	assert.deepEqual(seen, ["a=1; Path=/s0", "b=2; Domain=.tenant.test", "c=3; Domain=test"]);
});
