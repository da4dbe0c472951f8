/** The presets in front of real nodes: which port answers which path, in each prefix form, over both transports. */
import assert from "node:assert/strict";
import { after, type TestContext, test } from "node:test";
import { type Front, type Port, type Product, portName, startFront, startNodes } from "./front.ts";

const UPGRADE = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13"];
const QUERY = "?a=b%2Fc&d=;e";

/** Product, path on the node, port; an upgrade is asked for where the port is `websocket`. */
const TABLE: readonly (readonly [product: Product, path: string, port: Port])[] = [
	["is", "/oauth2/authorize", "servlet"],
	["is", "/oauth2/token", "servlet"],
	["is", "/oauth2/token/.well-known/openid-configuration", "servlet"],
	["is", "/.well-known/webfinger", "servlet"],
	["is", "/oidc/logout", "servlet"],
	["is", "/samlsso", "servlet"],
	["is", "/commonauth", "servlet"],
	["is", "/logincontext", "servlet"],
	["is", "/authenticationendpoint/login.do", "servlet"],
	["is", "/accountrecoveryendpoint/recover.do", "servlet"],
	["is", "/scim2/Me", "servlet"],
	["is", "/scim2/Schemas", "servlet"],
	["is", "/myaccount/overview", "servlet"],
	["is", "/api/users/v1/me/sessions", "servlet"],
	["is", "/api/server/v1/validation-rules", "servlet"],
	["is", "/push-auth/check-status", "servlet"],
	["is", "/o/scim2/Me", "servlet"],
	["is", "/t/acme.com/o/api/users/v1/me/organizations", "servlet"],
	["is", "/api/server/v1/branding-preference", "servlet"],
	["is", "/t/acme.com/oauth2/token", "servlet"],
	["is", "/t/acme.com/authenticationendpoint/login.do", "servlet"],
	["is", "/o/org-1/oauth2/token", "servlet"],
	["is", "/t/acme.com/o/org-1/scim2/Me", "servlet"],
	["apim", "/devportal/", "servlet"],
	["apim", "/devportal/services/settings/settings.js", "servlet"],
	["apim", "/api/am/devportal/v3/apis", "servlet"],
	["apim", "/oauth2/token", "servlet"],
	["apim", "/oidc/logout", "servlet"],
	["apim", "/commonauth", "servlet"],
	["apim", "/authenticationendpoint/login.do", "servlet"],
	["apim", "/t/acme.com/oauth2/token", "servlet"],
	["apim", "/t/acme.com/authenticationendpoint/login.do", "servlet"],
	["apim", "/pizzashack/1.0.0/menu", "gateway"],
	["apim", "/echo/1.0.0", "gateway"],
	["apim", "/echo/1.0.0/a%2Fb;v=1//c", "gateway"],
	["apim", "/t/acme.com/pizzashack/1.0.0/menu", "gateway"],
	["apim", "/t/acme.com/oauth2x/1.0.0", "gateway"],
	["apim", "/t/oauth2/echo/1.0.0", "gateway"],
	["apim", "/t/acme.com/devportal/1.0.0", "gateway"],
	["apim", "/echo/1.0.0", "websocket"],
	["apim", "/t/acme.com/echo/1.0.0", "websocket"],
	["apim", "/webhook/1.0.0/webhooks_events_receiver_resource", "websub"],
	["apim", "/webhook/webhooks_events_receiver_resource", "websub"],
	["apim", "/t/acme.com/webhook/1.0.0/webhooks_events_receiver_resource", "websub"],
];

const nodes = await startNodes({ after });

for (const form of ["dash", "slash", "hosts"] as const) {
	for (const transport of ["https", "http"] as const) {
		test(`every public path reaches its port, ${form} form over ${transport}`, async (t) => {
			const front = await startFront(t, nodes, { form, transport });
			for (const [product, path, port] of TABLE) {
				await t.test(`${front.publicPath(product, path)} of ${product} is ${path} on ${port}`, async (t) => {
					const fields = port === "websocket" ? UPGRADE : [];
					const { response, seen } = await front.ask(t, product, front.publicPath(product, path) + QUERY, { fields });
					const expected = [{ product, port: portName(port, transport), target: path + QUERY }];
					assert.deepEqual(
						seen.map(({ product, port, target }) => ({ product, port, target })),
						expected,
						`${response.status} ${response.body}`,
					);
				});
			}
			await unknown(front, t);
		});
	}
}

test("one service without prefix beside one with a prefix, on the same host", async (t) => {
	const front = await startFront(t, nodes, { is: { prefix: "/" } });
	for (const [publicPath, product, port, target] of [
		["/samlsso", "is", "servletHttps", "/samlsso"],
		["/t/acme.com/oauth2/token", "is", "servletHttps", "/t/acme.com/oauth2/token"],
		["/apim-devportal/", "apim", "servletHttps", "/devportal/"],
		["/apim-t/acme.com/echo/1.0.0", "apim", "gatewayHttps", "/t/acme.com/echo/1.0.0"],
	] as const) {
		const { seen } = await front.ask(t, product, publicPath);
		assert.deepEqual(
			seen.map(({ product, port, target }) => [product, port, target]),
			[[product, port, target]],
		);
	}
	for (const publicPath of ["/pizzashack/1.0.0/menu", "/devportal/", "/is-samlsso"]) {
		const { response, seen } = await front.ask(t, "is", publicPath);
		assert.deepEqual([publicPath, response.status, seen.length], [publicPath, 404, 0]);
	}
});

/** Nothing is there in any form. */
async function unknown(front: Front, t: TestContext): Promise<void> {
	for (const path of ["/nothing", "/oauth2", "/oauth2x/token", "/t/acme.com/pizzashack/1.0.0", "/oauth2/tokens", "/Samlsso"]) {
		const { response, seen } = await front.ask(t, "is", front.publicPath("is", path));
		assert.deepEqual([path, response.status, seen.length], [path, 404, 0]);
	}
}
