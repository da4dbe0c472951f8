/** A member's counters tell what the member itself received and sent, whatever the client got. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { responseText } from "../../harness/message.ts";
import type { RawSocket } from "../../harness/rawSocket.ts";
import { openStage, type StageService, serve } from "../../harness/stage.ts";
import { parsePrometheus } from "../admin/prometheusText.ts";
import { ask } from "../admin/rig.ts";

const stage = await openStage(
	{ after },
	{
		services: 8,
		nodes: 2,
		config: { accessLog: { path: "-", format: "json" }, admin: { address: "127.0.0.1:0" } },
		route: () => ({ rewriteBodies: true, retry: { statuses: [503], repeat: "always", keepBody: "64KiB" } }),
	},
);

interface Bytes {
	readonly sent: number;
	readonly received: number;
}

/** Of the service's nodes, in their order. */
async function bytesOf({ path }: StageService): Promise<Bytes[]> {
	const families = parsePrometheus((await ask(stage.portico, "/metrics")).text);
	const of = (name: string, node: string): number => families.get(name)?.samples.find(({ labels }) => labels.node === node)?.value ?? 0;
	return [0, 1].map((at) => {
		const node = `n${path.slice(2)}-${at}`;
		return { sent: of("portico_member_sent_bytes_total", node), received: of("portico_member_received_bytes_total", node) };
	});
}

const total = (bytes: readonly Bytes[]): Bytes => ({
	sent: bytes.reduce((sum, { sent }) => sum + sent, 0),
	received: bytes.reduce((sum, { received }) => sum + received, 0),
});

test("a page that is rewritten and sent in a coding counts with the bytes that the node sent", async (t) => {
	const page = `<p>${"All work and no play makes a long page. ".repeat(2475)}</p>`;
	const service = stage.service(...[0, 1].map(() => serve(responseText(200, ["Content-Type: text/html"], page))));
	const response = await stage.exchange(t, `GET ${service.path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n`);
	assert.equal(response.status, 200);
	await stage.logged(service.path);
	assert.deepEqual(total(await bytesOf(service)), { sent: 0, received: page.length });
	assert.ok(response.body.length < page.length / 10);
});

test("an error page of Portico is not what a node sent that reset the connection", async (t) => {
	const service = stage.service(
		...[0, 1].map(() => async (connection: RawSocket) => {
			await connection.request(60_000);
			connection.reset();
		}),
	);
	const response = await stage.exchange(t, `POST ${service.path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello`);
	assert.equal(response.status, 502);
	await stage.logged(service.path);
	const bytes = total(await bytesOf(service));
	assert.equal(bytes.received, 0);
	assert.equal(bytes.sent % 5, 0);
	assert.ok(bytes.sent >= 5);
});

test("each attempt of a retried request counts at its own member", async (t) => {
	const refusing = responseText(503, [], "come back later");
	let asked = 0;
	const both = serve(() => (asked++ === 0 ? refusing : responseText(200, [], "ok")));
	const service = stage.service(both, both);
	const response = await stage.exchange(t, `POST ${service.path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello`);
	assert.equal(response.status, 200);
	await stage.logged(service.path);
	const bytes = await bytesOf(service);
	assert.deepEqual(
		bytes.map(({ sent }) => sent),
		[5, 5],
	);
	assert.ok(bytes.some(({ received }) => received === 2));
});
