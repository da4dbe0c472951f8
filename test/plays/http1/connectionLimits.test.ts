/** Limits of client connections, over all workers. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { type Scope, within } from "../../harness/deadline.ts";
import { field, get, type RawResponse, responseText } from "../../harness/message.ts";
import type { RawSocket } from "../../harness/rawSocket.ts";
import { openStage, serve } from "../../harness/stage.ts";

const limits = { connections: 12, connectionsPerClient: 5 };
const stages = [
	[1, await openStage({ after }, { services: 1, config: { workers: 1, limits } })],
	[2, await openStage({ after }, { services: 1, config: { workers: 2, limits } })],
] as const;

for (const [workers, stage] of stages) {
	const { path } = stage.at(0, serve(responseText(200, [], "ok")));

	const ask = async (client: RawSocket): Promise<RawResponse> => {
		await client.send(get(path));
		return client.response();
	};

	/** One more connection from that address, and what its first request is told. */
	const enter = async (scope: Scope, localAddress: string): Promise<{ client: RawSocket; response: RawResponse }> => {
		const client = await stage.connect(scope, { localAddress });
		return { client, response: await ask(client) };
	};

	/**
	 * So many connections that are served. Portico hears of ended ones a moment later, so each is tried until there is room.
	 *
	 * @param more the beginning of their next request: a connection that is idle makes room for others
	 */
	const admitted = async (scope: Scope, count: number, localAddress: string, more = ""): Promise<RawSocket[]> => {
		const clients: RawSocket[] = [];
		const fill = async () => {
			while (clients.length < count) {
				const { client, response } = await enter(scope, localAddress);
				if (response.status === 200) {
					await client.send(more);
					clients.push(client);
				} else client.destroy();
			}
		};
		await within(fill(), () => `${count} connections from ${localAddress}; ${clients.length} are there`);
		return clients;
	};

	const leave = (clients: readonly RawSocket[]): void => {
		for (const client of clients) client.destroy();
	};

	test(`${workers} worker(s): a client's sixth connection is answered with 503, another client's first is not`, async (t) => {
		const clients = await admitted(t, 5, "127.0.0.1");
		const { client, response } = await enter(t, "127.0.0.1");
		assert.equal(response.status, 503);
		assert.equal(field(response, "retry-after"), "1");
		assert.equal(field(response, "connection"), "close");
		assert.equal(await client.ended(), "end");
		assert.equal((await enter(t, "127.0.0.2")).response.status, 200);
		for (const each of clients) assert.equal((await ask(each)).status, 200);
		leave(clients);
	});

	test(`${workers} worker(s): the thirteenth connection in all is answered with 503, whoever comes`, async (t) => {
		const clients = [
			...(await admitted(t, 5, "127.0.0.1", "GET")),
			...(await admitted(t, 4, "127.0.0.2", "GET")),
			...(await admitted(t, 3, "127.0.0.3", "GET")),
		];
		assert.equal((await enter(t, "127.0.0.4")).response.status, 503);
		leave(clients);
		leave(await admitted(t, 5, "127.0.0.4"));
	});

	test(`${workers} worker(s): room is given back, however a connection ends`, async (t) => {
		const endings: ((client: RawSocket) => unknown)[] = [
			(client) => client.end(),
			(client) => client.reset(),
			(client) => client.destroy(),
			async (client) => {
				await client.send("GET / HTTP/1.1\r\n");
				client.reset();
			},
			async (client) => {
				await client.send("nonsense\r\n\r\n");
				client.end();
			},
		];
		for (let round = 0; round < 3; round++) {
			const clients = await admitted(t, 5, "127.0.0.5");
			assert.equal((await enter(t, "127.0.0.5")).response.status, 503);
			for (const [index, end] of endings.entries()) await end(clients[index] as RawSocket);
		}
		leave(await admitted(t, 5, "127.0.0.5"));
	});

	test(`${workers} worker(s): of many that come at once exactly five are served`, async (t) => {
		leave(await admitted(t, 5, "127.0.0.6"));
		const held = await admitted(t, 1, "127.0.0.6");
		const rush = await Promise.all(Array.from({ length: 30 }, () => enter(t, "127.0.0.6")));
		const inside = rush.filter(({ response }) => response.status === 200).map(({ client }) => client);
		assert.ok(inside.length <= 4, `${inside.length} came in beside the one that was there`);
		const more = await admitted(t, 4 - inside.length, "127.0.0.6");
		assert.equal((await enter(t, "127.0.0.6")).response.status, 503);
		leave([...held, ...inside, ...more]);
	});
}
