/** Cookies of two products on one host, on the wire: what browsers get, what nodes get, and what neither may ever get. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { field, fieldValues } from "../../harness/message.ts";
import { ask as askAdmin } from "../admin/rig.ts";
import { startPair } from "./pair.ts";

const pair = await startPair({ after });
const strict = await startPair({ after }, { is: { cookies: { acceptUntagged: false } } });

/** Set-Cookie lines of the browser, for those of a node of Identity Server. */
async function set(
	t: Parameters<typeof pair.ask>[0],
	lines: readonly string[],
	cookie = "",
	path = "/is-oauth2/authorize",
): Promise<string[]> {
	pair.answer = ["200", ...lines.map((line) => `Set-Cookie: ${line}`)];
	const answer = await pair.ask(t, path, { fields: [`Cookie: ${cookie}`] });
	pair.answer = ["200"];
	return fieldValues(answer, "set-cookie").filter((each) => !each.startsWith("portico-"));
}

test("names get the tag, prefixes that browsers watch stay in front, and all attributes stay", async (t) => {
	assert.deepEqual(
		await set(t, [
			"commonAuthId=1; Path=/; Secure; HttpOnly; SameSite=None",
			"JSESSIONID=2; Path=/oauth2; Secure; SameSite=Strict; Partitioned",
			"__Host-a=3; Path=/; Secure",
			"__Secure-b=4; Path=/t/acme/; Secure; Max-Age=5; Expires=Wed, 01 Jan 2031 00:00:00 GMT",
			'c="x y"; Domain=localhost; Version=1',
			"d=5; Domain=.example.com; Path=/",
			"atbv=6; Path=/; Max-Age=0",
			"samlssoTokenId=; Path=/; Expires=Thu, 01-Jan-1970 00:00:10 GMT",
			"ui_lang=de; Path=/",
		]),
		[
			"is.commonAuthId=1; Path=/; Secure; HttpOnly; SameSite=None",
			"is.JSESSIONID=2; Path=/is-oauth2; Secure; SameSite=Strict; Partitioned",
			"__Host-is.a=3; Path=/; Secure",
			"__Secure-is.b=4; Path=/is-t/acme/; Secure; Max-Age=5; Expires=Wed, 01 Jan 2031 00:00:00 GMT",
			'is.c="x y"; Version=1',
			"is.d=5; Domain=.example.com; Path=/",
			"is.atbv=6; Path=/; Max-Age=0",
			"is.samlssoTokenId=; Path=/; Expires=Thu, 01-Jan-1970 00:00:10 GMT",
			"ui_lang=de; Path=/",
		],
	);
});

test("a node sets nothing of Portico's, of the other product, or without a name", async (t) => {
	const lines = ["portico-is=1; Path=/", "portico-apim=1; Path=/", "=1", "value", "=portico-is=1", "  =apim.commonAuthId=x"];
	assert.deepEqual(await set(t, lines), []);
	assert.deepEqual(await set(t, ["apim.commonAuthId=1; Path=/", "is.a=1"]), ["is.apim.commonAuthId=1; Path=/", "is.is.a=1"]);
});

test("an end is one of both names, and only where the browser has the older one", async (t) => {
	const end = "commonAuthId=; Path=/; Max-Age=0";
	const old = "commonAuthId=; Path=/; Max-Age=0; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
	assert.deepEqual(await set(t, [end], "commonAuthId=1; is.commonAuthId=2"), [`is.${end}`, old]);
	assert.deepEqual(await set(t, [end], "is.commonAuthId=2; xcommonAuthId=1"), [`is.${end}`]);
	assert.deepEqual(await set(t, ["opbs=; Path=/; Max-Age=0"]), [
		"is.opbs=; Path=/; Max-Age=0",
		"opbs=; Path=/is-oidc; Max-Age=0",
		"opbs=; Path=/is-t; Max-Age=0",
		"opbs=; Path=/is-o; Max-Age=0",
	]);
});

test("a node gets its own cookies alone, however the header is written", async (t) => {
	for (const [lines, seen] of [
		[["is.a=1; apim.a=2; portico-is=x; portico-apim=y; b=3"], "a=1; b=3"],
		[["is.a=1;apim.a=2;;portico-is=x ;\tb=3"], "a=1; b=3"],
		[["apim.a=2", "is.a=1", "portico-apim=x", "is.b=2"], "a=1; b=2"],
		[["apim.a=2; portico-is=1", "apim.b=1"], null],
		[['is.a="x; apim.a=2; y"; portico-is="z; is.b=1"'], 'a="x; y"; b=1"'],
		[["is.a=1; is.a=2; a=3; is.a=1"], "a=1; a=2; a=1"],
		[["is.a=\xe9\xff; apim.\xe9=1; is.\xe9=2"], "a=\xe9\xff; \xe9=2"],
		[["=1; x; is.=2; =portico-is=3; is.a=4"], "=1; x; =portico-is=3; a=4"],
		[['$Version="1"; is.a=1; $Path="/"; apim.b=2; $Path="/x"; $Domain=y'], '$Version="1"; a=1; $Path="/"; $Path="/x"; $Domain=y'],
		[["is.portico-is=1; is.portico-apim=2; is.a=3"], "a=3"],
		[["__Host-apim.a=1; __host-apim.b=2; __Secure-apim.c=3; __Host-is.d=4; is.__Host-e=5"], "__Host-d=4"],
		[["is.apim.a=1; apim.is.a=2"], "apim.a=1"],
		[["IS.a=1; Apim.a=2; is.A=3"], "IS.a=1; Apim.a=2; A=3"],
		[["is.a==apim.b=c; is.b= apim.c=1 "], "a==apim.b=c; b= apim.c=1"],
		[["CLIENT_ID=1; AM_ID_TOKEN_DEFAULT_P2=2; WSO2_AM_TOKEN_1_Default=3; ui_lang=de"], "AM_ID_TOKEN_DEFAULT_P2=2; ui_lang=de"],
	] as const) {
		assert.equal(await pair.cookieAtNode(t, "/is-oauth2/authorize", ...lines), seen, lines.join(" | "));
	}
	assert.equal(await pair.cookieAtNode(t, "/apim-oauth2/authorize", "is.a=1; apim.a=2; portico-is=x; CLIENT_ID=4"), "a=2; CLIENT_ID=4");
	assert.equal(await strict.cookieAtNode(t, "/is-oauth2/authorize", 'is.a=1; b=2; $Version="1"; MSG1=3; x; =y'), "a=1; MSG1=3");
});

test("no cookie comes to a node by another way: other spellings of the field, trailers, APIs, WebSockets", async (t) => {
	const foreign = "is.commonAuthId=s3cret; portico-apim=s3cret; apim.a=1";
	for (const [path, fields] of [
		["/apim-oauth2/authorize", [`cOOKIE: ${foreign}`]],
		["/apim-oauth2/authorize", [`Cookie:${foreign}`, "Connection: Cookie"]],
		["/apim-pizza/1.0", [`Cookie: ${foreign}`]],
		[
			"/apim-pizza/1.0",
			[
				`Cookie: ${foreign}`,
				"Connection: Upgrade",
				"Upgrade: websocket",
				"Sec-WebSocket-Version: 13",
				"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
			],
		],
	] as const) {
		const before = pair.seen.length;
		await pair.ask(t, path, { fields });
		assert.doesNotMatch(pair.seen[before]?.raw.toString("latin1") ?? "s3cret", /s3cret/, fields.join());
		assert.equal(field(pair.seen[before] ?? assert.fail(), "cookie"), "a=1", fields.join());
	}
	const before = pair.seen.length;
	const raw = `1\r\nx\r\n0\r\nCookie: ${foreign}\r\n\r\n`;
	await pair.ask(t, "/apim-oauth2/token", { method: "POST", fields: ["Transfer-Encoding: chunked", "Trailer: Cookie"], raw });
	assert.ok(pair.seen.length === before || !/s3cret/.test(pair.seen[before]?.raw.toString("latin1") ?? ""));
});

test("several tabs: the login that the form goes on with keeps its cookie, however old it is", async (t) => {
	const keys = Array.from({ length: 100 }, (_, index) => `0b0e7a30-93a5-4f24-9c11-7d6a3d0c1${String(index).padStart(3, "0")}`);
	const Cookie = `Cookie: portico-x=1; ${keys.map((key) => `is.sessionNonceCookie-${key}=${"n".repeat(36)}`).join("; ")}`;
	const [oldest = "", ...others] = keys;
	for (const [path, form] of [
		["/is-commonauth", `username=a&password=b&sessionDataKey=${oldest}`],
		["/commonauth", `SAMLResponse=x&RelayState=${oldest}`],
	] as const) {
		const before = pair.seen.length;
		const answer = await pair.ask(t, path, { method: "POST", fields: [Cookie], form });
		assert.equal(answer.status, 200, path);
		const request = pair.seen[before] ?? assert.fail();
		assert.equal(request.body.toString(), form);
		const seen = field(request, "cookie") ?? "";
		assert.ok(seen.includes(`sessionNonceCookie-${oldest}=`), path);
		assert.ok(!seen.includes(`sessionNonceCookie-${others[0]}=`) && seen.includes(`sessionNonceCookie-${keys.at(-1)}=`));
		const ended = fieldValues(answer, "set-cookie").filter((each) => each.includes("sessionNonceCookie"));
		assert.equal(ended.length, 32);
		for (const line of ended) assert.match(line, /^is\.sessionNonceCookie-[\w-]+=; Max-Age=0; Expires=[^;]+; Path=\/; HttpOnly$/);
		assert.ok(!ended.some((line) => line.includes(oldest)));
	}
});

test("what is still too large: 431 with the name of the cookie; neither page, log nor metrics hold a value", async (t) => {
	const value = "s3cret".repeat(2000);
	for (const [path, fields] of [
		["/is-oauth2/authorize", [`Cookie: a=1; is.<b>"theme"=${value}`]],
		["/is-oauth2/jwks", ["Cookie: is.a=1", `Cookie: ${value}`]],
		["/apim-devportal/", [`Cookie: apim.big=${value.repeat(4)}`]],
		["/apim-devportal/", [`Cookie: is.a=1; apim.big=${value.repeat(6)}`]],
	] as const) {
		for (const accept of ["text/html", "application/json"]) {
			const answer = await pair.ask(t, path, { fields: [...fields, `Accept: ${accept}`] });
			assert.equal(answer.status, 431);
			assert.doesNotMatch(answer.raw.toString("latin1"), accept === "text/html" ? /s3cret|<b>/ : /s3cret/);
			assert.match(answer.body.toString(), /is\.|apim\.big|one without a name/);
		}
	}
	await pair.portico.child.until(() => pair.portico.log.find(({ rule }) => /cookies\.size apim\.big/.test(String(rule))), "the record");
	assert.doesNotMatch(JSON.stringify(pair.portico.log), /s3cret/);
	const { text } = await askAdmin(pair.portico, "/metrics");
	assert.match(text, /portico_exchanges_total\{status="4xx"\} \d+/);
	assert.doesNotMatch(text, /s3cret|apim\.big|theme/);
});

test("kept apart, then not, then again, by reloads: nobody is shown the other's cookies, and the names fit", async (t) => {
	const own = await startPair(t);
	const at = (lines: string): Promise<string | null> => own.cookieAtNode(t, "/is-oauth2/authorize", lines);
	assert.equal(await at("is.commonAuthId=1; apim.commonAuthId=2"), "commonAuthId=1");
	await own.reload((config) => {
		config.services.is.cookies = { isolate: "off" };
	});
	// Sessions of the time between are under plain names; the other product's stay out of sight.
	assert.equal(await at("commonAuthId=3; apim.commonAuthId=2; portico-is=4"), "commonAuthId=3");
	await own.reload((config) => {
		config.services.is.cookies = { isolate: "on" };
	});
	assert.equal(await at("commonAuthId=3; apim.commonAuthId=2"), "commonAuthId=3");
	assert.equal(await at("is.commonAuthId=1; commonAuthId=3"), "commonAuthId=1");
	await own.reload((config) => {
		config.services.is.cookies = { isolate: "on", acceptUntagged: false };
	});
	assert.equal(await at("commonAuthId=3; is.b=1"), "b=1");
});

for (const [mode, value] of [
	["jvmRoute", (node: string) => `0A1B.${node}`],
	["learn", (node: string) => `0A1B-${node}`],
	["prefix", (node: string) => `0A1B-${node}`],
] as const) {
	test(`affinity by ${mode}: sessions from before stay on their node when cookies begin to be kept apart`, async (t) => {
		const own = await startPair(t, { isNodes: 2, is: { cookies: { isolate: "off" }, affinity: { mode, name: "JSESSIONID" } } });
		const nodeOf = async (cookie: string): Promise<string> => {
			await own.ask(t, "/is-samlsso", { fields: [`Cookie: ${cookie}`] });
			return own.seen.at(-1)?.node ?? "";
		};
		const sessions = new Map<string, string>();
		for (let round = 0; sessions.size < 2 && round < 20; round++) {
			const node = `is-${(round % 2) + 1}`;
			own.answer = ["200", `Set-Cookie: JSESSIONID=${value(node)}; Path=/samlsso`];
			const answer = await own.ask(t, "/is-samlsso");
			if (own.seen.at(-1)?.node !== node) continue;
			sessions.set(node, (fieldValues(answer, "set-cookie").find((line) => line.startsWith("JSESSIONID=")) ?? "").split(";", 1)[0] ?? "");
		}
		own.answer = ["200"];
		assert.equal(sessions.size, 2);
		await own.reload((config) => {
			config.services.is.cookies = { isolate: "on" };
		});
		// Whatever takes turns would not go to one node three times in a row.
		for (const [node, cookie] of sessions) {
			for (let visit = 0; visit < 3; visit++) assert.equal(await nodeOf(cookie), node);
		}
		assert.match(field(own.seen.at(-1) ?? assert.fail(), "cookie") ?? "", /^JSESSIONID=0A1B/);
	});
}
