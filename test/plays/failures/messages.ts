import { get } from "../../harness/message.ts";
import type { RawSocket } from "../../harness/rawSocket.ts";
import type { StageService } from "../../harness/stage.ts";

/** Pieces of messages for the tables. Each leaves the exchange in one phase. */

export const NONSENSE = "\x00\x01nonsense\x7f\r\n\r\n";
/** More than all kernel buffers on the way take. */
export const LARGE = Buffer.alloc(32 * 1024 * 1024, "x");

const postHead = (path: string, framing: string): string => `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${framing}\r\n\r\n`;
export const CHUNKED = "Transfer-Encoding: chunked";
export const TEN_BYTES = "Content-Length: 10";

/** Sends a whole request and waits until the node has it. */
export async function asked(client: RawSocket, service: StageService): Promise<RawSocket> {
	await client.send(get(service.path));
	return atNode(service);
}

/** Sends the head of a POST and the beginning of its body, and waits until the node has both. */
export async function posted(client: RawSocket, service: StageService, framing: string, begin = ""): Promise<RawSocket> {
	await client.send(postHead(service.path, framing) + begin);
	const node = await atNode(service);
	if (begin !== "") await node.readUntil(begin);
	return node;
}

/** The node has begun to answer, and the client has what was sent. */
export async function answering(client: RawSocket, service: StageService, framing: string, begin: string): Promise<RawSocket> {
	const node = await asked(client, service);
	await node.send(`HTTP/1.1 200 OK\r\n${framing}\r\n\r\n${begin}`);
	await client.readUntil("\r\n\r\n");
	// What has no length reaches the client in chunks.
	await client.readUntil(framing.startsWith("Content-Length") ? "abc" : "abc\r\n");
	return node;
}

/** Both sides talk through an upgraded connection. */
export async function tunnelled(client: RawSocket, service: StageService): Promise<RawSocket> {
	const upgrade = "Connection: Upgrade\r\nUpgrade: chat\r\n";
	await client.send(`GET ${service.path} HTTP/1.1\r\nHost: localhost\r\n${upgrade}\r\n`);
	const node = await atNode(service);
	await node.send(`HTTP/1.1 101 Switching Protocols\r\n${upgrade}\r\nping`);
	await client.readUntil("ping");
	await client.send("pong");
	await node.readUntil("pong");
	return node;
}

async function atNode(service: StageService): Promise<RawSocket> {
	const node = await service.node.connection(0);
	await node.readUntil("\r\n\r\n");
	return node;
}
