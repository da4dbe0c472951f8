/** HTTP/2 connections when Portico stops: goodbye is said, streams in flight end in order, nothing is lost. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { TestAuthority } from "../../harness/certs.ts";
import { within } from "../../harness/deadline.ts";
import { responseText } from "../../harness/message.ts";
import { openStage, serve } from "../../harness/stage.ts";
import { begin, fetch, openSession, responseOf } from "./client.ts";

test("TERM: a connection hears GOAWAY, its request is answered, an idle one closes, and Portico ends", async (t) => {
	const authority = await TestAuthority.create();
	const identity = await authority.issue();
	const stage = await openStage(t, {
		services: 1,
		config: {
			public: "https://localhost",
			listeners: [{ address: "127.0.0.1:0", tls: { certificates: [{ cert: "cert.pem", key: "key.pem" }] } }],
		},
		portico: { files: { "cert.pem": identity.cert, "key.pem": identity.key } },
	});
	const asked = Promise.withResolvers<void>();
	const answer = Promise.withResolvers<void>();
	const { path } = stage.service(
		serve(async ({ target }) => {
			if (!target.endsWith("/slow")) return responseText(200, [], "ok");
			asked.resolve();
			await answer.promise;
			return responseText(200, [], "late");
		}),
	);
	const busy = await openSession(t, stage.port, { ca: authority.cert });
	const idle = await openSession(t, stage.port, { ca: authority.cert });
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
