/** HTTP/2 clients that are not ours: curl, nghttp and h2load, over TLS, with the windows that they come with and with tiny ones. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { TestAuthority } from "../../harness/certs.ts";
import { responseText } from "../../harness/message.ts";
import { peer } from "../../harness/peers.ts";
import { openStage, serve } from "../../harness/stage.ts";

const identity = await (await TestAuthority.create()).issue();
const stage = await openStage(
	{ after },
	{
		services: 1,
		config: {
			public: "https://localhost",
			listeners: [{ address: "127.0.0.1:0", http2: true, tls: { certificates: [{ cert: "cert.pem", key: "key.pem" }] } }],
		},
		portico: { files: { "cert.pem": identity.cert, "key.pem": identity.key } },
	},
);
const BIG = "x".repeat(300_000);
const { path } = stage.service(
	serve(({ target, body }) => {
		if (target.endsWith("/trailers")) return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n";
		return responseText(200, [], target.endsWith("/big") ? BIG : `got ${body.length}`);
	}),
);
const origin = `https://localhost:${stage.port}${path}`;

/** Standard output and error of a program that ends well. */
async function output(program: string, ...args: readonly string[]): Promise<string> {
	const { stdout, stderr } = await promisify(execFile)(program, args, { timeout: 60_000, maxBuffer: 64 << 20 });
	return stdout + stderr;
}

test("curl: a GET, a large POST, a large response", { skip: peer("curl").skip }, async () => {
	const common = ["-sk", "--http2", "-H", "Host: localhost", "-w", " %{http_version} %{http_code}"];
	assert.equal(await output(peer("curl").path, ...common, origin), "got 0 2 200");
	assert.equal(await output(peer("curl").path, ...common, "--data-binary", "y".repeat(100_000), origin), "got 100000 2 200");
	assert.equal((await output(peer("curl").path, ...common, `${origin}/big`)).length, BIG.length + " 2 200".length);
});

test("nghttp: priorities of RFC 7540 are ignored, trailers come", { skip: peer("nghttp").skip }, async () => {
	const text = await output(peer("nghttp").path, "-nv", "-H", ":authority: localhost", `${origin}/trailers`);
	assert.match(text, /send PRIORITY frame/);
	assert.match(text, /recv \(stream_id=13\) x-sum: 1/);
	assert.doesNotMatch(text, /recv (RST_STREAM|GOAWAY)/);
});

for (const windows of [[], ["-w", "16", "-W", "16"], ["-w", "10", "-W", "12"]]) {
	test(`h2load: many streams on four connections, ${windows.join(" ") || "large windows"}`, { skip: peer("h2load").skip }, async () => {
		const load = ["-n", "400", "-c", "4", "-m", "25", ...windows, "-H", ":authority: localhost", `${origin}/big`];
		assert.match(await output(peer("h2load").path, ...load), /400 total, 400 started, 400 done, 400 succeeded, 0 failed, 0 errored/);
	});
}
