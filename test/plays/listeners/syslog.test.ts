/** Access log and events at a syslog server: by UDP, TCP and a socket of the Unix domain, each a real one. Nobody waits for it. */
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { parse, stringify } from "yaml";
import type { Scope } from "../../harness/deadline.ts";
import { temporaryFolder } from "../../harness/folder.ts";
import { get, responseText } from "../../harness/message.ts";
import { eventually, openStage, serve } from "../../harness/stage.ts";
import { receiveDatagrams } from "../../harness/unixDatagrams.ts";

interface Receiver {
	readonly port: number;
	/** What has come, framing included. */
	text(): string;
	close(): void;
}

async function udpReceiver(scope: Scope): Promise<Receiver> {
	const socket = createSocket("udp4");
	const messages: string[] = [];
	socket.on("message", (message) => messages.push(`${message.toString()}\n`));
	socket.bind(0, "127.0.0.1");
	await once(socket, "listening");
	scope.after(() => void socket.unref());
	return { port: socket.address().port, text: () => messages.join(""), close: () => socket.close() };
}

async function streamReceiver(scope: Scope, at: number | string): Promise<Receiver> {
	const chunks: Buffer[] = [];
	const sockets: Socket[] = [];
	const server = createServer((socket) => {
		sockets.push(socket);
		socket.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", () => {});
	});
	if (typeof at === "string") server.listen(at);
	else server.listen(at, "127.0.0.1");
	await once(server, "listening");
	const close = (): void => {
		server.close();
		for (const socket of sockets) socket.destroy();
	};
	scope.after(close);
	const address = server.address() as AddressInfo | string;
	return { port: typeof address === "string" ? 0 : address.port, text: () => Buffer.concat(chunks).toString(), close };
}

/** Messages of RFC 6587 section 3.4.1. */
function counted(text: string): string[] {
	const bytes = Buffer.from(text);
	const messages: string[] = [];
	for (let at = 0; at < bytes.length; ) {
		const space = bytes.indexOf(" ", at);
		const length = Number(bytes.toString("latin1", at, space));
		assert.ok(space > 0 && length > 0, `no count at ${at}: ${text.slice(at, at + 40)}`);
		messages.push(bytes.toString("utf8", space + 1, space + 1 + length));
		at = space + 1 + length;
	}
	return messages;
}

const MESSAGE = /^<(\d+)>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) (\S+) (\S+) (\d+) (\S+) - (.*)$/;

async function stageWith(scope: Scope, accessLog: object[], more: object = {}) {
	const stage = await openStage(scope, { services: 1, config: { accessLog, admin: { address: "127.0.0.1:0" }, ...more } });
	const service = stage.service(serve(responseText(200, [], "ok")));
	return { stage, service };
}

test("each way brings whole messages of RFC 5424; events go there too, secrets do not", async (t) => {
	const folder = temporaryFolder(t);
	const path = join(folder, "log");
	const [udp, tcp, unix] = [await udpReceiver(t), await streamReceiver(t, 0), await streamReceiver(t, path)];
	const { stage, service } = await stageWith(
		t,
		[
			{ syslog: { server: `udp://127.0.0.1:${udp.port}`, facility: "authpriv", severity: "notice", app: "edge" }, format: "%U %s" },
			{ syslog: `tcp://127.0.0.1:${tcp.port}`, format: "json" },
			{ syslog: `unix:${path}`, format: "%r" },
		],
		{ eventLog: { syslog: { server: `tcp://127.0.0.1:${tcp.port}`, facility: "daemon" } } },
	);
	for (let at = 0; at < 5; at++) await stage.exchange(t, get(`${service.path}/${at}?token=hidden&%C3%A9`));
	const seen = (receiver: Receiver, mark: string) =>
		eventually(
			() => receiver.text().includes(mark),
			() => receiver.text(),
		);
	await seen(udp, "/s0/4 200");
	await seen(unix, "/s0/4?");
	await seen(tcp, "/s0/4?");
	const [, pri, , , app, , id, text] = MESSAGE.exec(udp.text().split("\n")[4] ?? "") ?? [];
	assert.deepEqual([pri, app, id, text], [String(10 * 8 + 5), "edge", "access", "/s0/4 200"]);
	assert.match(unix.text().split("\n")[0] ?? "", /^<134>1 \S+ \S+ portico \d+ access - GET \/s0\/0\?token=\*\*\*&%C3%A9 HTTP\/1\.1$/);
	await stage.portico.stop();
	await seen(tcp, '"msg":"stopped"');
	const messages = counted(tcp.text()).map((message) => MESSAGE.exec(message) ?? assert.fail(message));
	const lines = messages
		.filter(([, , , , , , id]) => id === "access")
		.map(([, pri, , , , , , text]) => [pri, (JSON.parse(text ?? "") as { path: string }).path]);
	assert.deepEqual(
		lines,
		[0, 1, 2, 3, 4].map((at) => ["134", `/s0/${at}?token=***&%C3%A9`]),
	);
	const events = messages.filter(([, , , , , , id]) => id !== "access").map(([, pri, , , , , id]) => [pri, id]);
	assert.ok(events.some(([pri, id]) => pri === "30" && id === "ready"));
	assert.deepEqual(events.at(-1), ["30", "stopped"]);
	assert.ok(!tcp.text().includes("hidden"));
});

test("a server that is away holds up nobody: what waits is bounded and counted, and goes out once it is back", async (t) => {
	const first = await streamReceiver(t, 0);
	const { stage, service } = await stageWith(t, [{ syslog: `tcp://127.0.0.1:${first.port}`, format: `%U ${"x".repeat(6000)}` }]);
	await stage.exchange(t, get(`${service.path}/before`));
	await eventually(
		() => first.text().includes("/before"),
		() => first.text(),
	);
	first.close();
	const client = await stage.connect(t);
	const COUNT = 300;
	for (let at = 0; at < COUNT; at++) {
		await client.send(get(`${service.path}/away${at}`));
		assert.equal((await client.response()).status, 200);
	}
	const failed = await stage.portico.event("access_log_failed");
	assert.equal(failed.path, `tcp://127.0.0.1:${first.port}`);
	const admin = String((await stage.portico.event("ready")).admin);
	const dropped = async (): Promise<number> => {
		const page = await (await fetch(`http://${admin}/metrics`)).text();
		return Number(/^portico_log_lines_dropped_total (\d+)$/m.exec(page)?.[1]);
	};
	const second = await streamReceiver(t, first.port);
	const all = async (): Promise<number> => counted(second.text()).length + (await dropped());
	// A line that was on its way when the server went may be lost with it, or come twice.
	await eventually(
		async () => (await all()) >= COUNT - 2,
		() => `${counted(second.text()).length} of ${COUNT}`,
		20_000,
	);
	assert.ok((await dropped()) > 0);
	assert.ok((await all()) <= COUNT + 2);
	await stage.exchange(t, get(`${service.path}/after`));
	await eventually(
		() => counted(second.text()).some((message) => message.includes("/after")),
		() => "the last one",
	);
});

test("a datagram socket such as /dev/log; a reload moves the log, and nobody there is no reason to stop", {
	skip: process.platform !== "linux",
}, async (t) => {
	const folder = temporaryFolder(t);
	const path = join(folder, "dgram");
	const reader = receiveDatagrams(t, path);
	const udp = await udpReceiver(t);
	const { stage, service } = await stageWith(t, [{ syslog: `unix:${path}`, format: "%U" }]);
	await stage.exchange(t, get(`${service.path}/one`));
	await eventually(() => /^<134>1 .* access - \/s0\/one$/m.test(reader()), reader);
	const file = join(stage.portico.folder, "portico.yaml");
	const config = parse(readFileSync(file, "utf8")) as object;
	writeFileSync(file, stringify({ ...config, accessLog: [{ syslog: `udp://127.0.0.1:${udp.port}`, format: "%U" }] }));
	stage.portico.signal("SIGHUP");
	await stage.portico.event("config_reloaded");
	await stage.exchange(t, get(`${service.path}/two`));
	await eventually(
		() => udp.text().includes("/two"),
		() => udp.text(),
	);
	udp.close();
	for (let at = 0; at < 5; at++) assert.equal((await stage.exchange(t, get(service.path))).status, 200);
	assert.ok(!reader().includes("/two"));
	assert.deepEqual(await stage.portico.stop(), { code: 0, signal: null });
});
