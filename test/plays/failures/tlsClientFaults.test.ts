/** A client whose TCP connection is reset below its TLS: the node is let go, and the log tells. */
import assert from "node:assert/strict";
import { connect as connectPlain, type Socket } from "node:net";
import { after, test } from "node:test";
import { connect as connectTls } from "node:tls";
import { TestAuthority } from "../../harness/certs.ts";
import type { Scope } from "../../harness/deadline.ts";
import { RawSocket } from "../../harness/rawSocket.ts";
import { openStage, STREAMED, type StageService } from "../../harness/stage.ts";
import { answering, asked, CHUNKED, LARGE, posted, TEN_BYTES, tunnelled } from "./messages.ts";

const { cert, key } = await (await TestAuthority.create()).issue();
const stage = await openStage(
	{ after },
	{
		services: 6,
		config: {
			public: "https://localhost",
			listeners: [{ address: "127.0.0.1:0", tls: { certificates: [{ cert: "cert.pem", key: "key.pem" }] } }],
			accessLog: { format: "json" },
			limits: STREAMED,
		},
		portico: { files: { "cert.pem": cert, "key.pem": key } },
	},
);

function connect(scope: Scope): { client: RawSocket; below: Socket } {
	const below = connectPlain(stage.port, "127.0.0.1");
	scope.after(() => void below.destroy());
	const socket = connectTls({ socket: below, rejectUnauthorized: false });
	return { client: new RawSocket(socket), below };
}

type Reach = (client: RawSocket, service: StageService) => Promise<RawSocket>;

const rows: readonly [phase: string, reach: Reach, status: number, error: string | null][] = [
	["inside a body", (client, service) => posted(client, service, TEN_BYTES, "abc"), 499, "client_gone"],
	["inside a chunked body", (client, service) => posted(client, service, CHUNKED, "3\r\nabc\r\n"), 499, "client_gone"],
	["while it waits for the response", asked, 499, "client_gone"],
	["inside the response's body", (client, service) => answering(client, service, TEN_BYTES, "abc"), 200, "client_gone"],
	["inside a large response that it does not read", unread, 200, "client_gone"],
	["in a tunnel", tunnelled, 101, null],
];
for (const [phase, reach, status, error] of rows) {
	test(`RST of a TLS client ${phase}`, async (t) => {
		const service = stage.service();
		const { client, below } = connect(t);
		const node = await reach(client, service);
		below.resetAndDestroy();
		await node.ended();
		const line = await stage.logged(service.path);
		assert.deepEqual([line.status, line.error], [status, error]);
	});
}

async function unread(client: RawSocket, service: StageService): Promise<RawSocket> {
	const node = await answering(client, service, `Content-Length: ${3 + LARGE.length}`, "abc");
	client.pause();
	void node.send(LARGE);
	return node;
}
