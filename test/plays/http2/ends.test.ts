/** How HTTP/2 streams and connections end for want of time, and when Portico stops: nothing is lost. */
import assert from "node:assert/strict";
import { constants } from "node:http2";
import { after, test } from "node:test";
import { TestAuthority } from "../../harness/certs.ts";
import { within } from "../../harness/deadline.ts";
import { responseText } from "../../harness/message.ts";
import { openStage, serve } from "../../harness/stage.ts";
import { begin, fetch, openSession, resetCode, responseOf } from "./client.ts";

const authority = await TestAuthority.create();
const identity = await authority.issue();
const stage = await openStage(
	{ after },
	{
		services: 3,
		config: {
			public: "https://localhost",
			listeners: [{ address: "127.0.0.1:0", http2: true, tls: { certificates: [{ cert: "cert.pem", key: "key.pem" }] } }],
			timeouts: { clientWrite: "500ms", bodyIdle: "500ms" },
		},
		portico: { files: { "cert.pem": identity.cert, "key.pem": identity.key } },
	},
);
const ca = authority.cert;
const OK = responseText(200, [], "ok");

test("a client that opens no window: its node is free at once, its stream ends, the connection goes on", async (t) => {
	const { path, node } = stage.service(serve(OK));
	const session = await openSession(t, stage.port, { ca, settings: { initialWindowSize: 0 } });
	const stalled = begin(session, path);
	const code = resetCode(stalled);
	await within(new Promise((resolve) => stalled.once("response", resolve)), () => "the head");
	const other = await openSession(t, stage.port, { ca });
	assert.equal((await fetch(other, path)).status, 200);
	// The second request went over the first one's connection.
	assert.equal(node.connections.length, 1);
	assert.equal(await code, constants.NGHTTP2_CANCEL);
	assert.equal((await fetch(session, path, { ":method": "HEAD" })).status, 200);
});

test("a request body that stops gets 408, and the connection goes on", async (t) => {
	const { path } = stage.service(serve(OK));
	const session = await openSession(t, stage.port, { ca });
	const stopped = begin(session, path, { ":method": "POST" }, false);
	stopped.write("some");
	assert.equal((await responseOf(stopped)).status, 408);
	assert.equal((await fetch(session, path)).status, 200);
});

test("TERM: a connection hears GOAWAY, its request is answered, an idle one closes, and Portico ends", async (t) => {
	const asked = Promise.withResolvers<void>();
	const answer = Promise.withResolvers<void>();
	const { path } = stage.service(
		serve(async ({ target }) => {
			if (!target.endsWith("/slow")) return OK;
			asked.resolve();
			await answer.promise;
			return responseText(200, [], "late");
		}),
	);
	const busy = await openSession(t, stage.port, { ca });
	const idle = await openSession(t, stage.port, { ca });
	assert.equal((await fetch(idle, path)).status, 200);
	const slow = responseOf(begin(busy, `${path}/slow`));
	await within(asked.promise, () => "the request at the node");
	const goodbyes = [busy, idle].map((session) => new Promise<number>((resolve) => session.once("goaway", (code) => resolve(code))));
	const closed = new Promise<void>((resolve) => idle.once("close", () => resolve()));
	const exit = stage.portico.stop();
	assert.deepEqual(await within(Promise.all(goodbyes), () => "GOAWAY on both connections"), [0, 0]);
	await within(closed, () => "the end of the idle connection");
	answer.resolve();
	assert.equal((await slow).body.toString(), "late");
	const { code } = await exit;
	assert.equal(code, 0);
});
