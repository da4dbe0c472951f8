/**
 * Requests without their service's prefix, on the wire: who gets them, by what, and that nothing is open to them which is not open with the
 * prefix.
 */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Scope } from "../../harness/deadline.ts";
import { field, requestText } from "../../harness/message.ts";
import { connectRaw } from "../../harness/rawClient.ts";
import { cookiesOf, INSIDER, type Pair, type Product, startPair } from "./pair.ts";

const pairs = { dash: await startPair({ after }), slash: await startPair({ after }, { form: "slash" }) };
const KEY = "0b0e7a30-93a5-4f24-9c11-7d6a3d0c1c00";
let logins = 0;

const referer = (path: string): string => `Referer: http://localhost${path}`;

/** The affinity cookies of a browser that has been at these products. */
async function cookies(scope: Scope, pair: Pair, form: string, ...products: readonly Product[]): Promise<string> {
	pair.answer = ["200"];
	const visits = await Promise.all(products.map((product) => pair.ask(scope, `/${product}${form === "dash" ? "-" : "/"}oauth2/jwks`)));
	return cookiesOf(...visits);
}

/** A login that a product has begun, without a cookie at the client. */
async function begun(scope: Scope, pair: Pair, form: string, product: Product): Promise<string> {
	const key = `${KEY}-${logins++}`;
	pair.answer = ["302", `Location: /authenticationendpoint/login.do?sessionDataKey=${key}`];
	const { status } = await pair.ask(scope, `/${product}${form === "dash" ? "-" : "/"}oauth2/authorize`);
	assert.equal(status, 302);
	pair.answer = ["200"];
	return key;
}

for (const [form, pair] of Object.entries(pairs)) {
	const at = (product: Product, path: string): string => (form === "dash" ? `/${product}-${path.slice(1)}` : `/${product}${path}`);

	test(`${form} form: flow key, then affinity cookie, then Referer`, async (t) => {
		const [is, apim] = [await begun(t, pair, form, "is"), await begun(t, pair, form, "apim")];
		const both = await cookies(t, pair, form, "is", "apim");
		const toApim = [await cookies(t, pair, form, "apim"), referer(at("apim", "/publisher/"))];
		const query = `/commonauth?sessionDataKey=${is}`;
		assert.equal(await pair.taker(t, query, { fields: toApim }), `is ${query}`);
		assert.equal(await pair.taker(t, "/commonauth", { fields: [await cookies(t, pair, form, "is"), toApim[1] ?? ""] }), "is /commonauth");
		assert.equal(await pair.taker(t, "/commonauth", { fields: [both, referer(at("is", "/authenticationendpoint/"))] }), "is /commonauth");
		assert.equal(await pair.taker(t, "/commonauth", { fields: [both] }), null);
		assert.equal(await pair.taker(t, "/commonauth"), null);
		// The other one's key wins over all that speaks for this one.
		const other = `/commonauth?sessionDataKey=${apim}`;
		assert.equal(await pair.taker(t, other, { fields: [await cookies(t, pair, form, "is"), referer(at("is", "/x"))] }), `apim ${other}`);
	});

	test(`${form} form: keys that are forged, foreign or in doubt decide nothing; what comes next does`, async (t) => {
		const [is, apim] = [await begun(t, pair, form, "is"), await begun(t, pair, form, "apim")];
		const apimCookie = `apim.sessionNonceCookie-${apim}=1`;
		for (const [query, more = ""] of [
			[`sessionDataKey=${KEY}`],
			["sessionDataKey="],
			[`sessionDataKey=${is}x`],
			[`sessiondatakey=${is}`],
			[`sessionDataKey=${is}&sessionDataKey=${is}`],
			[`sessionDataKey=${is}&sessionDataKey=${apim}`],
			[`sessionDataKey=${is}&state=${apim}%2COIDC`, `; ${apimCookie}`],
		] as const) {
			const path = `/commonauth?${query}`;
			assert.equal(await pair.taker(t, path, { fields: [`Cookie: a=1${more}`] }), null, query);
			assert.equal(
				await pair.taker(t, path, { fields: [`Cookie: a=1${more}`, referer(at("apim", "/authenticationendpoint/x"))] }),
				`apim ${path}`,
				query,
			);
		}
	});

	test(`${form} form: a forged affinity cookie is none, and so are two`, async (t) => {
		const [own] = /portico-is=[\w-]+/.exec(await cookies(t, pair, form, "is")) ?? assert.fail();
		const tampered = own.slice(0, -1) + (own.endsWith("A") ? "B" : "A");
		const stolen = own.replace("portico-is", "portico-apim");
		for (const cookie of ["portico-is=1", tampered, stolen, `${own}; ${own}`, `is.${own}`, `"${own}"`]) {
			assert.equal(await pair.taker(t, "/commonauth", { fields: [`Cookie: ${cookie}`] }), null, cookie);
		}
		assert.equal(await pair.taker(t, "/commonauth", { fields: [`Cookie: ${own}; ${stolen}`] }), "is /commonauth");
	});

	test(`${form} form: a Referer of another origin, with user info, or none tells nothing; nor does Origin`, async (t) => {
		const page = at("is", "/authenticationendpoint/login.do");
		for (const fields of [
			[],
			["Origin: http://localhost"],
			["Origin: null"],
			[`Referer: https://localhost${page}`],
			[`Referer: http://localhost:81${page}`],
			[`Referer: http://evil.example${page}`],
			[`Referer: http://user@localhost${page}`],
			[`Referer: http://localhost@evil.example${page}`],
			[`Referer: ${page}`],
			[referer(page), referer(page)],
			[referer(at("is", "/x/../../apim/x"))],
			[referer(at("is", "/%2e%2e/x"))],
			[referer("/nothing")],
		]) {
			assert.equal(await pair.taker(t, "/commonauth", { method: "POST", form: "a=1", fields }), null, fields.join());
		}
		assert.equal(await pair.taker(t, "/commonauth", { fields: [referer(page)] }), "is /commonauth");
		assert.equal(await pair.taker(t, "/commonauth", { fields: [referer("/publisher/apis")] }), "apim /commonauth", "only one has it");
	});

	test(`${form} form: method and body arrive as they were sent, with a length or in chunks`, async (t) => {
		const fields = [referer(at("is", "/authenticationendpoint/login.do"))];
		const body = "username=alice&password=a%20b&sessionDataKey=unknown";
		for (const [how, ask] of [
			["form", { method: "POST", form: body, fields }],
			[
				"chunks",
				{
					method: "POST",
					fields: [...fields, "Transfer-Encoding: chunked"],
					raw: `a\r\n${body.slice(0, 10)}\r\n${(body.length - 10).toString(16)}\r\n${body.slice(10)}\r\n0\r\n\r\n`,
				},
			],
			["text", { method: "POST", fields: [...fields, "Content-Type: text/plain", `Content-Length: ${body.length}`], raw: body }],
		] as const) {
			const { status } = await pair.ask(t, "/commonauth?a=%20b", ask);
			assert.equal(status, 200, how);
			const request = pair.seen.at(-1);
			assert.deepEqual([request?.method, request?.target, request?.body.toString()], ["POST", "/commonauth?a=%20b", body], how);
		}
		await pair.ask(t, "/scim2/Me", {
			method: "PATCH",
			fields: [...fields, "Content-Type: application/json", "Content-Length: 2"],
			raw: "{}",
		});
		assert.deepEqual([pair.seen.at(-1)?.method, pair.seen.at(-1)?.body.toString()], ["PATCH", "{}"]);
	});

	test(`${form} form: the login that a form names decides, whatever the cookies and the page say`, async (t) => {
		const is = await begun(t, pair, form, "is");
		const apim = await begun(t, pair, form, "apim");
		const both = await cookies(t, pair, form, "is", "apim");
		const post = (body: string, ...fields: string[]): Promise<string | null> =>
			pair.taker(t, "/commonauth", { method: "POST", form: body, fields });
		assert.equal(await post(`username=a&sessionDataKey=${is}`), "is /commonauth");
		assert.equal(await post(`sessionDataKey=${is}`, both, referer(at("apim", "/x"))), "is /commonauth");
		// What another identity provider posts back: the browser has the cookie of the login.
		assert.equal(await post(`SAMLResponse=x&RelayState=${KEY}`, `${both}; apim.sessionNonceCookie-${KEY}=1`), "apim /commonauth");
		assert.equal(await post(`code=x&state=${KEY}%2COIDC`, `${both}; is.sessionNonceCookie-${KEY}=1`, "Origin: null"), "is /commonauth");
		assert.equal(await post(`sessionDataKey=${is}&sessionDataKey=${apim}`, both), null);
		assert.equal(await post("username=a", both), null);
		assert.equal(await post(`sessionDataKey=${KEY}`, both, referer(at("apim", "/x"))), "apim /commonauth");
		// The query comes first, as for the servlets.
		const query = `/commonauth?sessionDataKey=${apim}`;
		assert.equal(await pair.taker(t, query, { method: "POST", form: `sessionDataKey=${is}` }), `apim ${query}`);
	});

	test(`${form} form: a form that comes slowly is waited for, one without an end goes with its client`, async (t) => {
		const key = await begun(t, pair, form, "is");
		const body = `sessionDataKey=${key}`;
		const head = (length: number, more = ""): string =>
			`POST /commonauth HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${length}\r\n${more}\r\n`;
		const client = await connectRaw(t, pair.portico.port);
		const before = pair.seen.length;
		await client.send(head(body.length, "Expect: 100-continue\r\n"));
		for (const part of [body.slice(0, 5), body.slice(5)]) await client.send(part);
		const answer = await client.response("POST");
		assert.deepEqual([answer.status, answer.informational.length, pair.seen.length - before], [200, 1, 1]);
		assert.equal(pair.seen.at(-1)?.body.toString(), body);
		// The connection goes on, and one that nothing tells of gets its 404.
		await client.send(`${head(3)}a=1`);
		assert.equal((await client.response("POST")).status, 404);
		await client.send(head(10));
		await client.send("a=");
		client.destroy();
		assert.equal((await pair.ask(t, at("is", "/oauth2/jwks"))).status, 200);
		const gone = (): unknown => pair.portico.log.find((line) => line.path === "/commonauth" && line.status === 499);
		await pair.portico.child.until(() => gone(), "the record of the client that left");
	});

	test(`${form} form: nothing opens without the prefix that is closed with it`, async (t) => {
		const fields = [await cookies(t, pair, form, "is"), referer(at("is", "/authenticationendpoint/login.do"))];
		const paths = [
			...["/carbon", "/carbon/admin/login.jsp", "/services/Version", "/t/acme/carbon", "/o/acme/services", "/fileupload/x"],
			...[
				"/console",
				"/scim2/Users",
				"/api/server/v1/applications",
				"/oauth2/introspect",
				"/t/acme/scim2/Users",
				"/api/health-check/v1.0/health",
			],
			...[
				"/commonauth/../carbon",
				"/commonauth/..;/carbon",
				"/commonauth/%2e%2e/carbon",
				"/commonauth/.%2E/carbon",
				"/commonauth/%252e%252e/carbon",
			],
			...[
				"/commonauth;jsessionid=1",
				"/commonauth;/../carbon",
				"//commonauth",
				"/commonauth//",
				"/./commonauth",
				"/commonauth/.",
				"/commonauth%2f",
			],
			...[
				"/t/../carbon",
				"/t/;/carbon",
				"/t/acme/../../carbon",
				"/t/carbon/",
				"/t//carbon",
				"/CommonAuth",
				"/commonauth%00",
				"/commonauth%5c",
			],
			...[
				"/t/carbon/carbon",
				"/t/acme/o/x/carbon",
				"/;x/carbon",
				"/%2fcarbon",
				"/oauth2/%2e%2e%2fcarbon",
				"/is-carbon",
				"/-carbon",
				"/is/carbon",
			],
		];
		const before = pair.seen.length;
		for (const path of paths) {
			const { status } = await pair.ask(t, path, { fields });
			assert.ok([400, 403, 404].includes(status), `${path}: ${status}`);
		}
		assert.deepEqual(
			pair.seen.slice(before).map(({ target }) => target),
			[],
		);
		// From inside, restricted ones open and blocked ones do not: as with the prefix.
		for (const path of ["/scim2/Users", "/console", "/carbon", "/services/Version", "/api/health-check/v1.0/health"]) {
			const [bare, whole] = [
				await pair.ask(t, path, { fields, from: INSIDER }),
				await pair.ask(t, at("is", path), { fields, from: INSIDER }),
			];
			assert.equal(bare.status, whole.status, path);
		}
		assert.equal(await pair.taker(t, "/scim2/Users", { fields, from: INSIDER }), "is /scim2/Users");
		assert.equal(await pair.taker(t, "/t/acme/oauth2/token", { fields }), "is /t/acme/oauth2/token");
	});

	test(`${form} form: whose response it is depends on cookies and page, and caches are told`, async (t) => {
		pair.answer = ["200", "Cache-Control: public, max-age=60"];
		const fields = [referer(at("is", "/authenticationendpoint/login.do"))];
		const bare = await pair.ask(t, "/authenticationendpoint/css/x.css", { fields });
		assert.match(field(bare, "vary") ?? "", /Cookie, Referer/);
		const whole = await pair.ask(t, at("is", "/authenticationendpoint/css/x.css"), { fields });
		assert.doesNotMatch(field(whole, "vary") ?? "", /Referer/);
		pair.answer = ["200"];
	});
}

test("beside a service at the root a path without a prefix is that service's, and what only the other has still finds it", async (t) => {
	const pair = await startPair(t, { is: { prefix: "/" } });
	const fields = [cookiesOf(await pair.ask(t, "/apim-oauth2/jwks")), referer("/apim-publisher/")];
	assert.equal(await pair.taker(t, "/commonauth", { fields }), "is /commonauth");
	assert.equal(await pair.taker(t, "/devportal/x", { fields }), "apim /devportal/x");
	assert.equal(await pair.taker(t, "/apim-commonauth", { fields }), "apim /commonauth");
	assert.equal((await pair.ask(t, "/carbon", { fields })).status, 403);
	assert.equal((await pair.ask(t, "/admin", { fields })).status, 403);
});

test("services on hosts of their own: no bare path of the one leads to the other", async (t) => {
	const pair = await startPair(t, { apim: { host: "api.example.com" } });
	const to = (host: string, ...fields: string[]): string => requestText("GET", "/commonauth", { host, fields });
	const send = async (text: string): Promise<number> => {
		const client = await connectRaw(t, pair.portico.port);
		await client.send(text);
		return (await client.response("GET")).status;
	};
	assert.equal(await send(to("localhost", referer("/is-x"))), 200);
	assert.equal(await send(to("localhost", "Referer: http://api.example.com/apim-x")), 404);
	assert.equal(await send(to("api.example.com", referer("/is-x"))), 404);
	assert.equal(await send(to("api.example.com", "Referer: http://api.example.com/apim-x")), 200);
	assert.deepEqual(
		pair.seen.map(({ product }) => product),
		["is", "apim"],
	);
});

test("bareContexts: off leaves the service out, and the other one needs its clue all the same", async (t) => {
	const pair = await startPair(t, { is: { bareContexts: false } }).catch(() => null);
	assert.equal(pair, null, "it is `off`");
	const off = await startPair(t, { is: { bareContexts: "off" } });
	assert.equal(await off.taker(t, "/commonauth", { fields: [referer("/is-x")] }), null);
	assert.equal(await off.taker(t, "/commonauth"), null);
	assert.equal(await off.taker(t, "/commonauth", { fields: [referer("/apim-x")] }), "apim /commonauth");
});
