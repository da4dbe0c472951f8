import assert from "node:assert/strict";
import { test } from "node:test";
import { type Scope, within } from "../../../test/harness/deadline.ts";
import { responseText } from "../../../test/harness/message.ts";
import { type RawServer, startRawServer } from "../../../test/harness/rawServer.ts";
import { TurnClock } from "../../clock.ts";
import type { PorticoError } from "../../errors.ts";
import { HeaderList } from "../../http/headers.ts";
import { Deadlines } from "../../transport/deadlines.ts";
import { NodeTransport } from "../../transport/node/nodeTransport.ts";
import type { UpstreamEvents } from "../stream.ts";
import { type ConnectionKeeper, UpstreamConnection } from "./connection.ts";

/** An attempt that waits for its three turning points. */
class Attempt implements UpstreamEvents {
	readonly connected = Promise.withResolvers<void>();
	/** Null when the response came to its end. */
	readonly over = Promise.withResolvers<PorticoError | null>();
	readonly drained = Promise.withResolvers<void>();
	onConnected(): void {
		this.connected.resolve();
	}
	onInformational(): void {}
	onResponse(): void {}
	onResponseBody(): void {}
	onResponseEnd(): void {
		this.over.resolve(null);
	}
	onResponseFlush(): void {}
	onSwitched(): void {}
	onMemberDown(): void {}
	onUpstreamDrain(): void {
		this.drained.resolve();
	}
	onUpstreamError(error: PorticoError): void {
		this.over.resolve(error);
	}
}

class Keeper implements ConnectionKeeper {
	readonly name = "n-1/http";
	kept = 0;
	gone = 0;
	onOpened(): void {}
	onUnreachable(): void {}
	onIdle(): boolean {
		this.kept++;
		return true;
	}
	onStream(): void {}
	onStreamEnd(): boolean {
		return true;
	}
	onGone(): void {
		this.gone++;
	}
}

interface Play {
	readonly server: RawServer;
	readonly connection: UpstreamConnection;
	readonly attempt: Attempt;
	readonly keeper: Keeper;
}

/** A connection with an attempt whose head is on its way. */
async function begun(scope: Scope, method: string): Promise<Play> {
	const server = await startRawServer(scope, (connection) => connection.pause());
	const keeper = new Keeper();
	const settings = { headBytes: 65_536, headerFields: 128, connect: 5000, idle: 60_000, maxRequests: 200 };
	const dialler = new NodeTransport(new TurnClock()).dialler({ host: "127.0.0.1", port: server.port }, null);
	const connection = new UpstreamConnection(dialler, keeper, settings, new Deadlines(new TurnClock()));
	const attempt = new Attempt();
	connection.start(attempt, 60_000);
	await within(attempt.connected.promise, "the connection");
	const headers = HeaderList.of(["Host", "localhost"]);
	connection.sendHead({ method, target: "/", version: 1, headers }, 0, null);
	scope.after(() => connection.abort());
	return { server, connection, attempt, keeper };
}

test("a response in step leaves the connection to its keeper", async (t) => {
	const { server, connection, attempt, keeper } = await begun(t, "GET");
	connection.sendEnd(null, 60_000);
	await (await server.connection(0)).send(responseText(200, [], "ok"));
	assert.equal(await within(attempt.over.promise, "the response"), null);
	assert.deepEqual([keeper.kept, keeper.gone], [1, 0]);
});

test("a response before the request's end costs the connection", async (t) => {
	const { server, connection, attempt, keeper } = await begun(t, "POST");
	connection.flush();
	await (await server.connection(0)).send(responseText(200, [], "ok"));
	assert.equal(await within(attempt.over.promise, "the response"), null);
	assert.deepEqual([keeper.kept, keeper.gone], [0, 1]);
});

test("so does one while the request's last bytes have not left us, since nobody knows whether the node will take them", async (t) => {
	const { server, connection, attempt, keeper } = await begun(t, "POST");
	while (connection.sendBody(Buffer.alloc(65_536)));
	connection.sendEnd(null, 60_000);
	await (await server.connection(0)).send(responseText(200, [], "ok"));
	assert.equal(await within(attempt.over.promise, "the response"), null);
	assert.deepEqual([keeper.kept, keeper.gone], [0, 1]);
});

test("once they have left, it is kept", async (t) => {
	const { server, connection, attempt, keeper } = await begun(t, "POST");
	while (connection.sendBody(Buffer.alloc(65_536)));
	connection.sendEnd(null, 60_000);
	const node = await server.connection(0);
	node.resume();
	await within(attempt.drained.promise, "the drain");
	await node.send(responseText(200, [], "ok"));
	assert.equal(await within(attempt.over.promise, "the response"), null);
	assert.deepEqual([keeper.kept, keeper.gone], [1, 0]);
});

for (const [name, act, code] of [
	["ends", (play: Play) => play.server.connections[0]?.end(), "connection_terminated"],
	["is reset", (play: Play) => play.server.connections[0]?.reset(), "connection_terminated"],
	["sends nonsense", (play: Play) => play.server.connections[0]?.send("nonsense\r\n\r\n"), "http_protocol_error"],
] as const) {
	test(`a connection that ${name} before the response fails its attempt once, with ${code}, and is forgotten`, async (t) => {
		const play = await begun(t, "GET");
		play.connection.sendEnd(null, 60_000);
		await play.server.connection(0);
		void act(play);
		const error = await within(play.attempt.over.promise, "the failure");
		assert.equal(error?.code, code);
		assert.equal(error?.member, "n-1/http");
		assert.deepEqual([play.keeper.kept, play.keeper.gone], [0, 1]);
	});
}
