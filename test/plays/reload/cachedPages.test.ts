/** What clients keep of pages whose URLs were rewritten: good as long as the rules are the same, and not a response longer. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { field, get, type RawRequest } from "../../harness/message.ts";
import { exchange } from "../../harness/rawClient.ts";
import { startRawServer } from "../../harness/rawServer.ts";
import { serve } from "../../harness/stage.ts";
import { changesOf, configOf, Reloadable } from "./rig.ts";

const PAGE = '<a href="https://node.internal:9443/app/x">x</a> <a href="https://other.internal:9443/app/x">';
const STAMP = "Sun, 22 Nov 2026 10:00:00 GMT";

/** A node with one page that never changes, and says so to whoever names its tag or its date. */
function page(fields: string): (request: RawRequest) => string {
	return (request) => {
		const isKnown =
			field(request, "if-none-match") === undefined
				? field(request, "if-modified-since") === STAMP
				: field(request, "if-none-match")?.includes('"abc"') === true;
		const head = isKnown ? "304 Not Modified" : `200 OK\r\nContent-Type: text/html\r\nContent-Length: ${PAGE.length}`;
		return `HTTP/1.1 ${head}\r\n${fields}\r\n\r\n${isKnown ? "" : PAGE}`;
	};
}

for (const fields of [`ETag: "abc"\r\nLast-Modified: ${STAMP}`, `ETag: W/"abc"`, `Last-Modified: ${STAMP}`]) {
	test(`a kept page with ${fields.replace("\r\n", ", ")} is confirmed until a reload changes how it would look`, async (t) => {
		const server = await startRawServer(t, serve(page(fields)));
		const config = configOf([{ name: "node", url: `http://127.0.0.1:${server.port}`, server }]);
		config.services.app.aliases = ["https://node.internal:9443"];
		config.services.app.routes[0].rewriteBodies = true;
		const rig = await Reloadable.start(t, config);

		/** As browsers do: with all the validators of what they have. */
		const ask = async (has: Awaited<ReturnType<typeof exchange>> | null): ReturnType<typeof exchange> => {
			const tag = has === null ? undefined : field(has, "etag");
			const date = has === null ? undefined : field(has, "last-modified");
			const tags = tag === undefined ? [] : [`If-None-Match: ${tag}`];
			const dates = date === undefined ? [] : [`If-Modified-Since: ${date}`];
			return exchange(t, rig.portico.port, get("/app/x", ...tags, ...dates, "Connection: close"));
		};

		const first = await ask(null);
		assert.equal(first.body.toString(), PAGE.replace("https://node.internal:9443", "http://localhost"));
		assert.equal((await ask(first)).status, 304);

		changesOf(await rig.reload(({ services: { app } }) => (app.keepAlive = { idle: "7s" })));
		const still = await ask(first);
		assert.equal(still.status, 304, "another change");
		assert.equal(field(still, "etag"), field(first, "etag"));

		changesOf(await rig.reload(({ services: { app } }) => app.aliases.push("https://other.internal:9443")));
		const fresh = await ask(first);
		assert.equal(fresh.status, 200);
		assert.equal(fresh.body.toString(), PAGE.replaceAll(/https:\/\/\w+\.internal:9443/g, "http://localhost"));
		assert.equal((await ask(fresh)).status, 304);
		assert.equal((await ask(first)).status, 200, "as often as it is asked");

		changesOf(await rig.reload(({ services: { app } }) => (app.routes[0].rewriteBodies = false)));
		const raw = await ask(fresh);
		assert.deepEqual([raw.status, raw.body.toString()], [200, PAGE], "what was rewritten is not good where nothing is");
		assert.equal((await ask(raw)).status, 304);

		changesOf(await rig.reload(({ services: { app } }) => (app.routes[0].rewriteBodies = true)));
		assert.equal((await ask(raw)).status, 200, "nor the other way round");
	});
}
