/** What comes back from the products: redirects in both of their styles, cookies, and nothing about who they are. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { field, fieldValues } from "../../harness/message.ts";
import { type Form, startFront, startNodes } from "../routes/front.ts";

const nodes = await startNodes({ after });
const fronts = {
	dash: await startFront({ after }, nodes),
	slash: await startFront({ after }, nodes, { form: "slash" }),
	hosts: await startFront({ after }, nodes, { form: "hosts" }),
	plain: await startFront({ after }, nodes, { transport: "http" }),
};
/** What stands before a product's path in public. */
const BASES: Readonly<Record<keyof typeof fronts, Readonly<Record<"is" | "apim", string>>>> = {
	dash: { is: "https://sso.example.com/is-", apim: "https://sso.example.com/apim-" },
	slash: { is: "https://sso.example.com/is/", apim: "https://sso.example.com/apim/" },
	hosts: { is: "https://is.example.com/", apim: "https://apim.example.com/" },
	plain: { is: "https://sso.example.com/is-", apim: "https://sso.example.com/apim-" },
};
/** Path of a product's cookie for all of its contexts. */
/** On a host of its own a product's cookies keep their names. */
const tagOf = (form: Form, product: "is" | "apim"): string => (form === "hosts" ? "" : `${product}.`);
const AUTHORIZE = `/oauth2/authorize?response_type=code&client_id=demo-rp&scope=openid&redirect_uri=${encodeURIComponent("http://127.0.0.1:5000/callback")}`;

for (const [name, front] of Object.entries(fronts)) {
	const bases = BASES[name as keyof typeof fronts];
	const path = (product: "is" | "apim", nodePath: string): string => front.publicPath(product, nodePath);

	test(`${name}: a redirect to the node's configured address is a public one, and the query stays byte for byte`, async (t) => {
		const { response } = await front.ask(t, "is", path("is", AUTHORIZE));
		const location = field(response, "location") ?? "";
		assert.equal(response.status, 302);
		assert.ok(location.startsWith(`${bases.is}authenticationendpoint/login.do?`), location);
		assert.match(location, /[?&]redirect_uri=http%3A%2F%2F127\.0\.0\.1%3A5000%2Fcallback(?:&|$)/);
		assert.match(location, /[?&]commonAuthCallerPath=%2Foauth2%2Fauthorize(?:&|$)/);
	});

	test(`${name}: redirects of old releases through /carbon/.. are public ones`, async (t) => {
		nodes.is.switches.oldRedirects = true;
		t.after(() => {
			nodes.is.switches.oldRedirects = false;
		});
		const { response } = await front.ask(t, "is", path("is", AUTHORIZE));
		// Where nothing but the origin is mapped the dots stay, and whoever follows it resolves them (RFC 3986 section 5.2.4).
		const { href } = new URL(field(response, "location") ?? "");
		assert.ok(href.startsWith(`${bases.is}authenticationendpoint/login.do?`), href);
	});

	test(`${name}: a redirect that Tomcat makes from the Host is a public one`, async (t) => {
		const { response } = await front.ask(t, "apim", path("apim", "/devportal"));
		assert.deepEqual([response.status, field(response, "location")], [302, `${bases.apim}devportal/`]);
	});

	test(`${name}: a tenant's redirects stay with the tenant`, async (t) => {
		const { response } = await front.ask(t, "is", path("is", `/t/acme.com${AUTHORIZE}`));
		const location = field(response, "location") ?? "";
		assert.ok(location.startsWith(`${bases.is}t/acme.com/authenticationendpoint/login.do?`), location);
	});

	test(`${name}: a redirect to a portal's provider is a public one`, async (t) => {
		const { response } = await front.ask(t, "apim", path("apim", "/devportal/services/auth/login"));
		const location = field(response, "location") ?? "";
		assert.ok(location.startsWith(`${bases.apim}oauth2/authorize?`), location);
		const cookies = fieldValues(response, "set-cookie").map((cookie) => cookie.replace(/^([^=]+)=[^;]*/, "$1"));
		const portal = new URL(`${bases.apim}devportal`).pathname;
		const tag = tagOf(front.form, "apim");
		assert.ok(cookies.includes(`${tag}JSESSIONID; Path=${portal}; Secure; HttpOnly`), cookies.join("\n"));
		assert.ok(cookies.includes(`CLIENT_ID; Path=${portal}/; Secure; SameSite=Strict`), cookies.join("\n"));
	});

	test(`${name}: cookies get the public path, all else of them stays`, async (t) => {
		const page = await front.ask(t, "is", path("is", "/authenticationendpoint/login.do?sessionDataKey=x&type=oidc"));
		const tag = tagOf(front.form, "is");
		const [session] = fieldValues(page.response, "set-cookie").filter((cookie) => cookie.startsWith(`${tag}JSESSIONID`));
		const context = new URL(`${bases.is}authenticationendpoint`).pathname;
		assert.match(session ?? "", new RegExp(`^${tag}JSESSIONID=[0-9A-F]{32}; Path=${context}; Secure; HttpOnly$`));
		const { response } = await front.ask(t, "is", path("is", AUTHORIZE));
		const [nonce] = fieldValues(response, "set-cookie").filter((cookie) => cookie.startsWith(`${tag}sessionNonceCookie-`));
		assert.match(
			nonce ?? "",
			new RegExp(`^${tag}sessionNonceCookie-[\\w-]+=[\\w-]+; Max-Age=4800; Expires=[^;]+; Path=/; Secure; HttpOnly; SameSite=None$`),
		);
	});

	test(`${name}: no response names the server or an address of a node`, async (t) => {
		for (const [product, nodePath] of [
			["is", "/samlsso"],
			["is", "/oauth2/token"],
			["apim", "/devportal/"],
			["apim", "/echo/1.0.0"],
			["apim", "/none/1.0.0"],
		] as const) {
			const { response } = await front.ask(t, product, path(product, nodePath));
			assert.deepEqual([fieldValues(response, "server"), fieldValues(response, "x-powered-by")], [[], []]);
			const head = response.headers.map(([name, value]) => `${name}: ${value}`).join("\n");
			assert.doesNotMatch(head, /localhost|127\.0\.0\.1|:9443|:\d{4,5}\b/);
		}
	});
}

test("a redirect to a relying party leaves byte for byte, though its query names a node", async (t) => {
	const state = encodeURIComponent("https://localhost:9443/commonauth");
	const query = `response_type=none&client_id=demo-rp&scope=openid&redirect_uri=${encodeURIComponent("https://127.0.0.1:5000/callback")}`;
	const { response } = await fronts.dash.ask(t, "is", `/is-oauth2/authorize?${query}&state=${state}`);
	const location = field(response, "location") ?? "";
	assert.ok(location.startsWith("https://127.0.0.1:5000/callback?error=unsupported_response_type"), location);
	assert.ok(location.includes(`state=${state}`), location);
});

test("a client that takes gzip gets it", async (t) => {
	const fields = ["Accept-Encoding: gzip"];
	const { response } = await fronts.dash.ask(t, "is", "/is-authenticationendpoint/css/app.css", { fields });
	assert.deepEqual([response.status, field(response, "content-encoding"), field(response, "vary")], [200, "gzip", "Accept-Encoding"]);
	assert.deepEqual([...response.body.subarray(0, 2)], [0x1f, 0x8b]);
});
