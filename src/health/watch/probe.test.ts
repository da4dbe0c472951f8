import assert from "node:assert/strict";
import { createHash, X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import { after, before, test } from "node:test";
import { createDemoCertificate } from "../../commands/demoCertificate.ts";
import type { HttpProbe, ProbePlan } from "../../plan/health.ts";
import type { MemberTlsPlan } from "../../plan/member.ts";
import type { ProbeResponse } from "../judge.ts";
import { FakeTimers, until } from "./fakeTimers.fixture.ts";
import { runProbe } from "./probe.ts";
import { answering, blackHole, rawServer, refusingPort, type TestServer } from "./servers.fixture.ts";
import { targetOf } from "./socket.ts";

const TCP: ProbePlan = { kind: "tcp", via: null };
const TLS: ProbePlan = { kind: "tls", via: null };
const HTTP: HttpProbe = {
	kind: "http",
	via: null,
	method: "GET",
	path: "/services/Version",
	host: "sso.example.com",
	headers: [["X-Forwarded-Proto", "https"]],
	statuses: [[200, 299]],
	body: null,
	bodyBytes: 1000,
	absentOn: [404],
};
const TIMEOUT = 3000;

/** One probe against a port; `during` may move the clock. */
async function probe(
	plan: ProbePlan,
	port: number,
	options: { tls?: MemberTlsPlan; host?: string; during?: (timers: FakeTimers) => Promise<void> } = {},
): Promise<ProbeResponse> {
	const timers = new FakeTimers();
	const answers: ProbeResponse[] = [];
	runProbe(plan, targetOf({ host: options.host ?? "127.0.0.1", port, tls: options.tls ?? null }), TIMEOUT, timers, (answer) => {
		answers.push(answer);
	});
	await options.during?.(timers);
	await until(() => answers.length > 0, "the response");
	assert.equal(timers.waiting, 0, "no timer is left behind");
	return answers[0] as ProbeResponse;
}

/** A probe against a server of its own, which must be left alone afterwards. */
async function probeOf(
	plan: ProbePlan,
	answer: (socket: Socket) => void,
	options: Parameters<typeof probe>[2] & { atOnce?: boolean } = {},
): Promise<ProbeResponse & { received: string }> {
	const server = await rawServer(answer, { atOnce: options.atOnce ?? false });
	try {
		const result = await probe(plan, server.port, options);
		await until(() => server.received.length === 1 && server.open() === 0, "the end of the connection");
		return { ...result, received: server.received[0] ?? "" };
	} finally {
		await server.close();
	}
}

test("a port that accepts passes a tcp probe, which sends nothing and hangs up", async () => {
	const { error, received } = await probeOf(TCP, () => {}, { atOnce: true });
	assert.deepEqual([error, received], [null, ""]);
});

test("an http probe asks with the public Host, and gets status and body", async () => {
	const { status, body, error, received } = await probeOf(HTTP, answering(200, "<getVersionResponse/>"));
	assert.deepEqual([status, body, error], [200, "<getVersionResponse/>", null]);
	const lines = received.split("\r\n");
	assert.equal(lines[0], "GET /services/Version HTTP/1.1");
	for (const line of ["Host: sso.example.com", "User-Agent: Portico-health-check", "X-Forwarded-Proto: https", "Connection: close"]) {
		assert.ok(lines.includes(line), line);
	}
});

test("headers of the plan replace those of the probe", async () => {
	const { received } = await probeOf({ ...HTTP, headers: [["user-agent", "mine"]] }, answering(200));
	assert.match(received, /\r\nuser-agent: mine\r\n/);
	assert.doesNotMatch(received, /Portico/);
});

test("a redirect is a response, and not followed", async () => {
	assert.equal((await probeOf(HTTP, answering(302, "", "Location: /elsewhere\r\n"))).status, 302);
});

test("interim responses are not the response", async () => {
	const { status } = await probeOf(HTTP, (socket) => socket.end("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"));
	assert.equal(status, 204);
});

test("a switch of protocols is a response like any other", async () => {
	const { status } = await probeOf(HTTP, (socket) =>
		socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"),
	);
	assert.equal(status, 101);
});

test("no more of a body is read than is wanted", async () => {
	const { body } = await probeOf(HTTP, (socket) => socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n${"a".repeat(5000)}`));
	assert.equal(body.length, 1000);
});

test("a port where nobody listens", async () => {
	for (const plan of [TCP, HTTP]) {
		const { error, cause } = await probe(plan, await refusingPort());
		assert.deepEqual([error, cause], ["connection_refused", "ECONNREFUSED"]);
	}
});

test("a host that does not resolve", async () => {
	assert.equal((await probe(TCP, 1, { host: "no-such-host.invalid" })).error, "dns_error");
});

test("a port whose queue is full runs into the timeout", async () => {
	const hole = await blackHole();
	try {
		for (const plan of [TCP, HTTP]) {
			const { error, duration } = await probe(plan, hole.port, { during: async (timers) => timers.advance(TIMEOUT) });
			assert.deepEqual([error, duration], ["connection_timeout", TIMEOUT]);
		}
	} finally {
		await hole.close();
	}
});

for (const [what, begin] of [
	["that never answers", ""],
	["that stops within its head", "HTTP/1.1 200 OK\r\nContent-"],
	["that stops within its body", "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf"],
] as const) {
	test(`a node ${what} runs into the timeout`, async () => {
		let asked = false;
		const answer = await probeOf(
			HTTP,
			(socket) => {
				asked = true;
				if (begin !== "") socket.write(begin);
			},
			{
				async during(timers) {
					await until(() => asked);
					timers.advance(TIMEOUT - 1);
					await until(() => true);
					timers.advance(1);
				},
			},
		);
		assert.deepEqual([answer.error, answer.status, answer.duration], ["http_response_timeout", 0, TIMEOUT]);
	});
}

for (const [what, bytes, error] of [
	["that hangs up", "", "connection_terminated"],
	["that speaks no HTTP", "\0\x01not http at all\r\n\r\n", "http_protocol_error"],
	["whose body ends too early", "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf", "http_response_incomplete"],
	["whose head has no end", `HTTP/1.1 200 OK\r\nX: ${"a".repeat(70_000)}`, "http_response_header_section_size"],
] as const) {
	test(`a node ${what} fails`, async () => assert.equal((await probeOf(HTTP, (socket) => socket.end(bytes))).error, error));
}

test("a connection that is reset fails", async () => {
	assert.equal((await probeOf(HTTP, (socket) => socket.resetAndDestroy())).error, "connection_terminated");
});

test("who cancels a probe hears nothing of it, and its connection ends", async () => {
	const timers = new FakeTimers();
	const server = await rawServer(() => {});
	const cancel = runProbe(HTTP, targetOf({ host: "127.0.0.1", port: server.port, tls: null }), TIMEOUT, timers, () =>
		assert.fail("a response"),
	);
	await until(() => server.received[0] !== undefined && server.received[0] !== "");
	cancel();
	await until(() => server.open() === 0);
	timers.advance(TIMEOUT);
	assert.equal(timers.waiting, 0);
	await server.close();
});

// --- TLS

let server: TestServer;
let mine: { cert: string; key: string };
let other: { cert: string; key: string };
before(async () => {
	[mine, other] = await Promise.all([createDemoCertificate(Date.now()), createDemoCertificate(Date.now())]);
	server = await rawServer(answering(200, "secure"), { tls: mine });
});
after(() => server.close());

const fingerprint = ({ cert }: { cert: string }): string => createHash("sha256").update(new X509Certificate(cert).raw).digest("hex");
const TRUST: MemberTlsPlan = { ca: null, pinnedSha256: null, verify: true, serverName: null };

for (const [what, settings, error] of [
	["signed by the CA passes", () => ({ ca: mine.cert }), null],
	["signed by another CA fails", () => ({ ca: other.cert }), "tls_certificate_error"],
	["unknown to the system's roots fails", () => ({}), "tls_certificate_error"],
	["for another name fails", () => ({ ca: mine.cert, serverName: "node.example.com" }), "tls_certificate_error"],
	["for the name asked for passes", () => ({ ca: mine.cert, serverName: "localhost" }), null],
	["that is the pinned one passes", () => ({ pinnedSha256: fingerprint(mine) }), null],
	["that is not the pinned one fails", () => ({ pinnedSha256: fingerprint(other) }), "tls_certificate_error"],
	["of any kind passes without verification", () => ({ verify: false }), null],
] as const) {
	test(`a certificate ${what}`, async () => {
		const tls = { ...TRUST, ...settings() };
		assert.equal((await probe(TLS, server.port, { tls })).error, error);
		const answer = await probe(HTTP, server.port, { tls });
		assert.deepEqual([answer.error, answer.body], [error, error === null ? "secure" : ""]);
	});
}

test("a certificate is looked at by every probe, not only the first", async () => {
	const target = targetOf({ host: "127.0.0.1", port: server.port, tls: { ...TRUST, pinnedSha256: fingerprint(other) } });
	for (let i = 0; i < 3; i++) {
		const answer = await new Promise<ProbeResponse>((resolve) => runProbe(TLS, target, TIMEOUT, new FakeTimers(), resolve));
		assert.equal(answer.error, "tls_certificate_error");
	}
});

test("a port that does not speak TLS fails the handshake", async () => {
	const plain = await rawServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"), { atOnce: true });
	assert.equal((await probe(TLS, plain.port, { tls: TRUST })).error, "tls_protocol_error");
	await plain.close();
});

test("a port that never answers the handshake was not connected to in time", async () => {
	let accepted = false;
	const silent = await rawServer(
		() => {
			accepted = true;
		},
		{ atOnce: true },
	);
	const during = async (timers: FakeTimers): Promise<void> => {
		await until(() => accepted);
		timers.advance(TIMEOUT);
	};
	assert.equal((await probe(TLS, silent.port, { tls: TRUST, during })).error, "connection_timeout");
	await silent.close();
});

test("a tcp probe of a TLS port does not shake hands", async () => {
	assert.equal((await probe(TCP, server.port, { tls: TRUST })).error, null);
});
