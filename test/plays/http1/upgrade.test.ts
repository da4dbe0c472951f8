/** Upgraded connections: what becomes of the request, and bytes both ways. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { field, fieldValues, get, responseText } from "../../harness/message.ts";
import type { Script } from "../../harness/rawServer.ts";
import type { RawSocket } from "../../harness/rawSocket.ts";
import { openStage, serve } from "../../harness/stage.ts";

const MIB = 1024 * 1024;
const stage = await openStage({ after }, { services: 14, config: { accessLog: { path: "-", format: "json" } } });
const OK = responseText(200, [], "ok");
const SWITCH = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n";
const upgrade = (path: string, protocol = "websocket", ...rest: string[]): string =>
	get(path, "Connection: Upgrade", `Upgrade: ${protocol}`, ...rest);

/** Switches, then does the rest. */
const switching =
	(then: (connection: RawSocket) => Promise<void> | void): Script =>
	async (connection) => {
		await connection.request();
		await connection.send(SWITCH);
		await then(connection);
	};

test("an upgrade is relayed, and bytes pass both ways", async (t) => {
	const { path, node } = stage.service(
		switching(async (connection) => {
			await connection.readUntil("ping");
			await connection.send("pong\x00\xff");
			await connection.readUntil("again");
			await connection.send("done");
		}),
	);
	const client = await stage.connect(t);
	await client.send(upgrade(path, "websocket", "Sec-WebSocket-Key: abc", "Sec-WebSocket-Version: 13"));
	const response = await client.response();
	assert.equal(response.status, 101);
	assert.equal(field(response, "upgrade"), "websocket");
	assert.deepEqual(fieldValues(response, "connection"), ["Upgrade"]);
	assert.equal(field(response, "sec-websocket-accept"), "x");
	await client.send("ping");
	await client.readUntil("pong\x00\xff");
	await client.send("again");
	await client.readUntil("done");
	const seen = node.connections[0]?.received.toString("latin1") ?? "";
	assert.match(seen, /\r\nConnection: Upgrade\r\n/);
	assert.match(seen, /\r\nUpgrade: websocket\r\n/);
	assert.match(seen, /\r\nSec-WebSocket-Key: abc\r\n/);
});

test("bytes that follow the request and the 101 in the same packet belong to the tunnel", async (t) => {
	const { path } = stage.service(async (connection) => {
		await connection.request();
		await connection.send(`${SWITCH}hello from the node`);
		await connection.readUntil("hello from the client");
		await connection.send("; both came");
	});
	const client = await stage.connect(t);
	await client.send(`${upgrade(path)}hello from the client`);
	assert.equal((await client.response()).status, 101);
	assert.equal(await client.readUntil("both came"), "hello from the node; both came");
});

test("megabytes cross in both directions at once", async (t) => {
	const { path } = stage.service(
		switching(async (connection) => {
			const [, body] = await Promise.all([connection.send(Buffer.alloc(6 * MIB, 1)), connection.readBytes(6 * MIB, 20_000)]);
			assert.ok(body.equals(Buffer.alloc(6 * MIB, 2)));
			await connection.send("end");
		}),
	);
	const client = await stage.connect(t);
	await client.send(upgrade(path));
	await client.response();
	const [, body] = await Promise.all([client.send(Buffer.alloc(6 * MIB, 2)), client.readBytes(6 * MIB, 20_000)]);
	assert.ok(body.equals(Buffer.alloc(6 * MIB, 1)));
	await client.readUntil("end", 10_000);
});

/** More than all buffers on the way hold: Linux gives a receiver that does not read up to 32 MiB. */
const MOST = 256 * MIB;

for (const slow of ["client", "node"] as const) {
	test(`a ${slow} that does not read holds the other side back, and loses nothing`, async (t) => {
		const reads = Promise.withResolvers<void>();
		const flood = { sent: 0, over: false };
		const pour = async (to: RawSocket): Promise<number> => {
			for (; !flood.over && flood.sent < MOST; flood.sent += MIB) await to.send(Buffer.alloc(MIB));
			return flood.sent;
		};
		const poured = Promise.withResolvers<number>();
		const { path } = stage.service(
			switching(async (connection) => {
				if (slow === "client") return poured.resolve(pour(connection));
				connection.pause();
				await reads.promise;
				connection.resume();
				await connection.readBytes(await poured.promise, 20_000);
				await connection.send("all read");
			}),
			switching((connection) => void connection.send(Buffer.alloc(32 * MIB))),
		);
		const client = await stage.connect(t);
		await client.send(upgrade(path));
		await client.response();
		if (slow === "client") client.pause();
		else poured.resolve(pour(client));
		// Meanwhile a tunnel with two quick ends carries its bytes.
		await quickTunnel(t, 32 * MIB);
		flood.over = true;
		assert.ok(flood.sent < MOST, `${flood.sent} bytes were taken`);
		if (slow === "node") {
			reads.resolve();
			await client.readUntil("all read", 20_000);
		} else {
			client.resume();
			await client.readBytes(await poured.promise, 20_000);
		}
	});
}

async function quickTunnel(scope: Parameters<typeof stage.connect>[0], total: number): Promise<void> {
	const { path } = stage.service(switching((connection) => connection.send(Buffer.alloc(total))));
	const client = await stage.connect(scope);
	await client.send(upgrade(path));
	await client.response();
	await client.readBytes(total, 20_000);
}

for (const status of [200, 400, 426]) {
	test(`a node that answers an upgrade with ${status} is relayed, and both connections go on`, async (t) => {
		const { path, node } = stage.service(
			serve(({ target }) => (target.endsWith("/ws") ? responseText(status, ["Upgrade: websocket"], "no") : OK)),
		);
		const client = await stage.connect(t);
		await client.send(`${upgrade(`${path}/ws`)}GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
		const response = await client.response();
		assert.equal(response.status, status);
		assert.equal(response.body.toString(), "no");
		assert.equal((await client.response()).body.toString(), "ok");
		assert.equal(node.connections.length, 1);
	});
}

test("Upgrade without Connection: upgrade is no upgrade", async (t) => {
	const { path, node } = stage.service(serve(OK));
	await stage.exchange(t, get(path, "Upgrade: websocket"));
	assert.ok(!/upgrade/i.test(node.connections[0]?.received.toString("latin1") ?? ""));
});

test("h2c is not upgraded to: the request is served as it is", async (t) => {
	const { path, node } = stage.service(serve(OK));
	const response = await stage.exchange(t, upgrade(path, "h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"));
	assert.equal(response.status, 200);
	assert.ok(!/upgrade|http2/i.test(node.connections[0]?.received.toString("latin1") ?? ""));
});

test("a tunnel is logged once it ends, with the bytes of both directions", async (t) => {
	const { path } = stage.service(
		switching(async (connection) => {
			await connection.readUntil("12345");
			await connection.send("1234567");
			connection.end();
		}),
	);
	const client = await stage.connect(t);
	await client.send(upgrade(`${path}/counted`));
	await client.response();
	await client.send("12345");
	await client.readUntil("1234567");
	client.end();
	const line = await stage.logged(`${path}/counted`);
	assert.deepEqual([line.status, line.upstream_status, line.bytes_in, line.bytes, line.error], [101, 101, 5, 7, null]);
});
