/** Every bad request: its status, its error code, the connection closed where bytes are in doubt, and nothing of it at a node. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { field, get, responseText } from "../harness/message.ts";
import { openStage, STREAMED, serve } from "../harness/stage.ts";
import { type BadRequest, CHUNKS, CLOSING, CODINGS, HEADS, LENGTH_AGAINST_CODING, LENGTHS } from "./requests.ts";
import { HOSTS, METHODS, TARGETS } from "./targets.ts";

const stage = await openStage({ after }, { services: 2, config: { accessLog: { path: "-", format: "json" }, limits: STREAMED } });
const { node: untouched } = stage.at(0, serve(responseText(200, [], "served")));
const { node: broken } = stage.at(1, async (connection) => void (await connection.ended(60_000)));

const sent: BadRequest[] = [];

function refused(group: string, rows: readonly BadRequest[]): void {
	for (const row of rows) {
		test(`${group}: ${row.name} is answered with ${row.status}`, async (t) => {
			const client = await stage.connect(t);
			await client.send(row.bytes);
			const response = await client.response(row.bytes.slice(0, row.bytes.indexOf(" ")));
			sent.push(row);
			assert.equal(response.status, row.status);
			if (!CLOSING.includes(row.code)) return;
			assert.equal(field(response, "connection"), "close");
			assert.equal(await client.ended(), "end");
			assert.equal(client.unread.length, 0, "one response, and nothing for what was smuggled");
		});
	}
}

refused("Content-Length against Transfer-Encoding", LENGTH_AGAINST_CODING);
refused("Transfer-Encoding", CODINGS);
refused("Content-Length", LENGTHS);
refused("head", HEADS);
refused("target", TARGETS);
refused("Host", HOSTS);
refused("method", METHODS);

for (const [index, row] of CHUNKS.entries()) {
	test(`${row.name} is answered with 400, and nothing from the fault on reaches the node that has the head`, async (t) => {
		const client = await stage.connect(t);
		const bodyAt = row.bytes.indexOf("\r\n\r\n") + 4;
		await client.send(row.bytes.slice(0, bodyAt));
		const upstream = await broken.connection(index);
		await upstream.readUntil("\r\n\r\n");
		await client.send(row.bytes.slice(bodyAt));
		assert.equal((await client.response("POST")).status, row.status);
		sent.push(row);
		assert.equal(await client.ended(), "end");
		await upstream.ended();
		assert.match(upstream.unread.toString("latin1"), /^(1\r\na\r\n|2\r\nab\r\n)?$/);
	});
}

test("nothing of the refused requests has reached a node", async (t) => {
	const response = await stage.exchange(t, get("/s0/good"));
	assert.equal(response.status, 200);
	assert.equal(untouched.connections.length, 1);
	assert.match(untouched.connections[0]?.received.toString("latin1") ?? "", /^GET \/s0\/good HTTP\/1\.1\r\n/);
});

test("each is logged with its status and error code", async () => {
	const lines = () => stage.portico.log.filter((line) => "request_id" in line).slice(0, sent.length);
	await stage.portico.child.until(() => lines().length === sent.length || undefined, "all lines of the access log");
	assert.deepEqual(
		lines().map(({ status, error, member }) => ({ status, error, reached: typeof member === "string" && member.startsWith("n0") })),
		sent.map(({ status, code }) => ({ status, error: code, reached: false })),
	);
});
