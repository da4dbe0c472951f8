/** TLS session tickets: a session made with one worker is resumed by every other. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { SecureVersion, TLSSocket } from "node:tls";
import { TestAuthority } from "../../harness/certs.ts";
import { type Scope, within } from "../../harness/deadline.ts";
import { get } from "../../harness/message.ts";
import { RawSocket } from "../../harness/rawSocket.ts";
import { openStage } from "../../harness/stage.ts";
import { echo, seen } from "./echo.ts";
import { secured } from "./tlsClient.ts";

const WORKERS = 3;
/** More connections than this and the chance that a worker got none is below one in a billion. */
const ENOUGH = 60;

const authority = await TestAuthority.create();
const identities = await Promise.all([["localhost"], ["second.test"]].map((names) => authority.issue({ names })));
const stage = await openStage(
	{ after },
	{
		services: 1,
		config: {
			public: "https://localhost",
			listeners: [{ address: "127.0.0.1:0", tls: { certificates: identities.map((_, at) => ({ cert: `${at}.pem`, key: `${at}.key` })) } }],
			workers: WORKERS,
		},
		portico: {
			files: Object.fromEntries(
				identities.flatMap(({ cert, key }, at) => [
					[`${at}.pem`, cert],
					[`${at}.key`, key],
				]),
			),
		},
	},
);
const { path } = stage.service(echo);

/** Which worker served the request: request ids begin with what is each worker's own. */
async function workerOf(socket: TLSSocket): Promise<string> {
	const client = new RawSocket(socket);
	await client.send(get(path));
	const id = seen(await client.response()).headers["x-request-id"] ?? "";
	return id.slice(0, id.indexOf("-"));
}

async function newSession(scope: Scope, version: SecureVersion, servername: string): Promise<Buffer> {
	const socket = await secured(scope, stage.port, { servername, minVersion: version, maxVersion: version });
	const session = Promise.withResolvers<Buffer>();
	socket.once("session", session.resolve);
	if (version === "TLSv1.2") {
		const known = socket.getSession();
		if (known !== undefined) session.resolve(known);
	}
	const ticket = await within(session.promise, "a session ticket");
	socket.destroy();
	return ticket;
}

for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
	for (const servername of ["localhost", "second.test"]) {
		test(`${version}: a session with ${servername} is resumed by all workers`, async (t) => {
			const session = await newSession(t, version, servername);
			const resumedBy = new Set<string>();
			let connections = 0;
			let resumed = 0;
			while (connections < ENOUGH && resumedBy.size < WORKERS) {
				const socket = await secured(t, stage.port, { servername, session, minVersion: version, maxVersion: version });
				connections++;
				if (socket.isSessionReused()) resumed++;
				resumedBy.add(await workerOf(socket));
				socket.destroy();
			}
			assert.equal(resumed, connections);
			assert.equal(resumedBy.size, WORKERS);
		});
	}
}

test("a session with one certificate is not resumed as one with another", async (t) => {
	const session = await newSession(t, "TLSv1.2", "localhost");
	const socket = await secured(t, stage.port, { servername: "second.test", session, maxVersion: "TLSv1.2" });
	assert.equal(socket.isSessionReused(), false);
	assert.equal(socket.getPeerCertificate().subject.CN, "second.test");
});
