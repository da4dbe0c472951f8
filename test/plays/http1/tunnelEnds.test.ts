/** However one side of a tunnel ends, the other is told, and both sockets are released. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { after, test } from "node:test";
import { get } from "../../harness/message.ts";
import type { RawServer } from "../../harness/rawServer.ts";
import type { RawSocket } from "../../harness/rawSocket.ts";
import { eventually, openStage, type StageService } from "../../harness/stage.ts";

const stage = await openStage(
	{ after },
	{
		services: 12,
		config: { timeouts: { tunnelIdle: "200ms" } },
		route: (index) => (index === 11 ? {} : { timeouts: { tunnelIdle: "1h" } }),
	},
);
const SWITCH = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
const upgrade = (path: string): string => get(path, "Connection: Upgrade", "Upgrade: websocket");

const openFiles = (): number => readdirSync(`/proc/${stage.portico.pid}/fd`).length;

/** Both of Portico's sockets are closed: it has no more open files than before. */
async function released(before: number): Promise<void> {
	await eventually(
		() => openFiles() <= before,
		() => `${openFiles()} open files, ${before} before the tunnel`,
		10_000,
	);
}

interface Ends {
	readonly client: RawSocket;
	readonly node: RawSocket;
	readonly before: number;
}

async function tunnel(t: Parameters<typeof stage.connect>[0], service: StageService): Promise<Ends> {
	const before = openFiles();
	const client = await stage.connect(t);
	await client.send(upgrade(service.path));
	const node = await (service.node satisfies RawServer).connection(0);
	await node.request();
	await node.send(SWITCH);
	assert.equal((await client.response()).status, 101);
	return { client, node, before };
}

test("the client ends its side: the node hears it, may still speak, and ends too", async (t) => {
	const { client, node, before } = await tunnel(t, stage.service());
	client.end();
	assert.equal(await node.ended(), "end");
	await node.send("last words");
	await client.readUntil("last words");
	node.end();
	assert.equal(await client.ended(), "end");
	await released(before);
});

test("the node ends its side: the client hears it, may still speak, and ends too", async (t) => {
	const { client, node, before } = await tunnel(t, stage.service());
	node.end();
	assert.equal(await client.ended(), "end");
	await client.send("last words");
	await node.readUntil("last words");
	client.end();
	assert.equal(await node.ended(), "end");
	await released(before);
});

test("the client is killed: the node's side ends and both are released", async (t) => {
	const { client, node, before } = await tunnel(t, stage.service());
	client.reset();
	await node.ended();
	node.end();
	await released(before);
});

test("the node is killed: the client's side ends and both are released", async (t) => {
	const { client, node, before } = await tunnel(t, stage.service());
	node.reset();
	await client.ended();
	client.end();
	await released(before);
});

test("a peer that ignores the end of the killed other side, or goes on sending, loses its connection all the same", async (t) => {
	const deafNode = await tunnel(t, stage.service());
	const deafClient = await tunnel(t, stage.service());
	const loudNode = await tunnel(t, stage.service());
	deafNode.client.reset();
	deafClient.node.reset();
	loudNode.client.reset();
	const pour = async () => {
		while (!loudNode.node.socket.destroyed) await loudNode.node.send(Buffer.alloc(65536));
	};
	await Promise.all([deafNode.node.ended(), deafClient.client.ended(), pour(), released(deafNode.before)]);
});

test("a client killed while the node is held back by it: both are released", async (t) => {
	const { client, node, before } = await tunnel(t, stage.service());
	client.pause();
	await Promise.race([node.send(Buffer.alloc(64 * 1024 * 1024)), stage.exchange(t, get("/nowhere"))]);
	client.reset();
	node.destroy();
	await released(before);
});

test("a client that leaves before the node has answered the upgrade takes the node's connection with it", async (t) => {
	const service = stage.service();
	const before = openFiles();
	const client = await stage.connect(t);
	await client.send(upgrade(service.path));
	const node = await service.node.connection(0);
	await node.request();
	client.reset();
	await node.ended();
	node.end();
	await released(before);
});

test("forty tunnels, killed at either end, leave nothing behind", async (t) => {
	const service = stage.service(async (connection) => {
		await connection.request();
		await connection.send(SWITCH);
		await connection.read((unread) => (unread.length >= 1 ? 1 : -1), "the word to die or to wait");
		if (connection.received.at(-1) === 0x64) connection.reset();
		else await connection.ended().finally(() => connection.destroy());
	});
	const before = openFiles();
	const clients = await Promise.all(Array.from({ length: 40 }, () => stage.connect(t)));
	await Promise.all(
		clients.map(async (client, index) => {
			await client.send(upgrade(service.path));
			await client.response();
			await client.send(index % 2 === 0 ? "d" : "w");
			if (index % 2 === 1) return client.reset();
			await client.ended();
			client.destroy();
		}),
	);
	await released(before);
});

test("a silent tunnel is ended at both sides after its idle time", async (t) => {
	const { client, node, before } = await tunnel(t, stage.at(11));
	await Promise.all([client.ended(), node.ended()]);
	await released(before);
});
