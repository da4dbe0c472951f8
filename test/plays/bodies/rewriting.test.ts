/** Bodies whose URLs are rewritten: framing, codings, validators, and what happens when a side fails. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { promisify } from "node:util";
import * as zlib from "node:zlib";
import { Barrier } from "../../harness/barrier.ts";
import { field, get, type RawRequest } from "../../harness/message.ts";
import type { Script } from "../../harness/rawServer.ts";
import type { RawSocket } from "../../harness/rawSocket.ts";
import { openStage, serve } from "../../harness/stage.ts";
import { residentMiB } from "../failures/processState.ts";

const gunzip = promisify(zlib.gunzip);
const stage = await openStage(
	{ after },
	{
		services: 40,
		route: (index) => ({ to: "/app", ...(index === 39 ? {} : { rewriteBodies: true }) }),
		service: () => ({ aliases: ["https://node.internal:9443"] }),
		config: { accessLog: { path: "-", format: "json" } },
	},
);

const NODE_PAGE = '<a href="https://node.internal:9443/app/x">x</a><form action="/app/login">';
const pageAt = (path: string): string => `<a href="http://localhost${path}/x">x</a><form action="${path}/login">`;
const HTML = "Content-Type: text/html; charset=UTF-8";

function answer(body: string | Buffer, ...fields: string[]): Buffer {
	const bytes = Buffer.from(body);
	return Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${bytes.length}\r\n${[...fields, "", ""].join("\r\n")}`), bytes]);
}

/** A node that responses every request with these bytes, and keeps the requests. */
function sends(bytes: Buffer | ((request: RawRequest) => Buffer), seen: RawRequest[] = []): Script {
	return serve(async (request, connection) => {
		seen.push(request);
		await connection.send(typeof bytes === "function" ? bytes(request) : bytes);
		return undefined;
	});
}

test("a body of one read is rewritten, tells its new length, and both connections live on", async (t) => {
	const { path, node } = stage.service(sends(answer(NODE_PAGE, HTML)));
	const client = await stage.connect(t);
	for (let turn = 0; turn < 3; turn++) {
		await client.send(get(path));
		const response = await client.response();
		assert.equal(response.body.toString(), pageAt(path));
		assert.equal(field(response, "content-length"), String(pageAt(path).length));
		assert.equal(field(response, "transfer-encoding"), undefined);
	}
	assert.equal(node.connections.length, 1);
});

/** The page, and its end when the test says so. */
const inTwoParts =
	(rest: Barrier): Script =>
	async (connection) => {
		await connection.request();
		await connection.send(`HTTP/1.1 200 OK\r\n${HTML}\r\nTransfer-Encoding: chunked\r\n\r\n`);
		await connection.send(`${NODE_PAGE.length.toString(16)}\r\n${NODE_PAGE}\r\n`);
		await rest.meet();
		await connection.send("5\r\n</p>\n\r\n0\r\n\r\n");
	};

test("what the node sends at once reaches the client before the rest is there", async (t) => {
	const rest = new Barrier();
	const { path } = stage.service(inTwoParts(rest));
	const client = await stage.connect(t);
	await client.send(get(path));
	assert.match(await client.readUntil('/login">'), /http:\/\/localhost/);
	await rest.meet();
	assert.match(await client.readUntil("0\r\n\r\n"), /<\/p>\n/);
});

test("a coded body is sent on as it comes too", async (t) => {
	const rest = new Barrier();
	const { path } = stage.service(inTwoParts(rest));
	const client = await stage.connect(t);
	await client.send(get(path, "Accept-Encoding: gzip"));
	const decoder = zlib.createGunzip();
	t.after(() => decoder.destroy());
	let page = "";
	decoder.on("data", (chunk: Buffer) => {
		page += chunk.toString();
	});
	await client.readUntil("\r\n\r\n");
	while (!page.endsWith('/login">')) {
		const size = Number.parseInt(await client.readUntil("\r\n"), 16);
		const chunk = (await client.readBytes(size + 2)).subarray(0, size);
		await new Promise((resolve) => decoder.write(chunk, resolve));
	}
	assert.equal(page, pageAt(path));
	await rest.meet();
	await client.readUntil("0\r\n\r\n");
});

test("the node is asked for no coding, and a client that takes one gets one", async (t) => {
	const seen: RawRequest[] = [];
	const page = NODE_PAGE.repeat(2000);
	const { path } = stage.service(sends(answer(page, HTML, 'ETag: "abc"', "Content-MD5: x", "Accept-Ranges: bytes"), seen));
	const response = await stage.exchange(t, get(path, "Accept-Encoding: gzip, deflate", "TE: trailers", "Connection: TE, close"));
	assert.equal(field(seen[0] ?? response, "accept-encoding"), "identity");
	assert.equal(field(seen[0] ?? response, "te"), undefined, "trailers of a body that is rewritten do not pass");
	assert.equal(field(response, "content-encoding"), "gzip");
	assert.equal(field(response, "vary"), "Accept-Encoding");
	assert.equal(field(response, "content-md5"), undefined);
	assert.equal(field(response, "accept-ranges"), undefined);
	assert.match(field(response, "etag") ?? "", /^W\/"abc~s\w+"$/);
	assert.equal((await gunzip(response.body)).toString(), pageAt(path).repeat(2000));
});

const CODINGS = {
	gzip: zlib.gzipSync,
	"x-gzip": zlib.gzipSync,
	deflate: zlib.deflateSync,
	br: zlib.brotliCompressSync,
	zstd: zlib.zstdCompressSync,
} as const;
const DECODE = { gzip: zlib.gunzipSync, deflate: zlib.inflateSync, br: zlib.brotliDecompressSync, zstd: zlib.zstdDecompressSync } as const;

for (const [coding, encode] of [...Object.entries(CODINGS), ["deflate", zlib.deflateRawSync] as const]) {
	test(`a node that sends ${coding} unasked (${encode.name}) is understood`, async (t) => {
		const { path } = stage.service(sends(answer(encode(Buffer.from(NODE_PAGE.repeat(3000))), HTML, `Content-Encoding: ${coding}`)));
		const response = await stage.exchange(t, get(path, "Connection: close"));
		assert.equal(field(response, "content-encoding"), undefined);
		assert.equal(response.body.toString(), pageAt(path).repeat(3000));
	});
}

for (const [coding, decode] of Object.entries(DECODE)) {
	test(`a client gets ${coding} when that is what it takes`, async (t) => {
		const { path } = stage.service(sends(answer(zlib.gzipSync(NODE_PAGE.repeat(3000)), HTML, "Content-Encoding: gzip")));
		const response = await stage.exchange(t, get(path, `Accept-Encoding: ${coding}`, "Connection: close"));
		assert.equal(field(response, "content-encoding"), coding);
		assert.equal(decode(response.body).toString(), pageAt(path).repeat(3000));
	});
}

test("a client's copy is still good by the node's own tag, until the rules change", async (t) => {
	const seen: RawRequest[] = [];
	const { path } = stage.service(
		sends((request) => {
			const isKnown = field(request, "if-none-match") === '"abc"';
			return isKnown ? Buffer.from('HTTP/1.1 304 X\r\nETag: "abc"\r\n\r\n') : answer(NODE_PAGE, HTML, 'ETag: "abc"');
		}, seen),
	);
	const tag = field(await stage.exchange(t, get(path, "Connection: close")), "etag") ?? "";
	const again = await stage.exchange(t, get(path, `If-None-Match: ${tag}`, "Connection: close"));
	assert.equal(again.status, 304);
	assert.equal(field(again, "etag"), tag);
	const old = await stage.exchange(t, get(path, 'If-None-Match: "abc"', "If-Modified-Since: x", "Connection: close"));
	assert.equal(old.status, 200);
	assert.equal(field(seen[2] ?? old, "if-modified-since"), undefined);
});

test("what is not to be changed passes byte for byte", async (t) => {
	const wide = Buffer.from(NODE_PAGE, "utf16le");
	const rows: readonly (readonly [string | Buffer, ...string[]])[] = [
		[NODE_PAGE, "Content-Type: text/plain"],
		[NODE_PAGE, HTML, "Cache-Control: private, no-transform"],
		[NODE_PAGE, HTML, "Content-Encoding: compress"],
		[NODE_PAGE, HTML, "Content-Range: bytes 0-9/10"],
		[wide, "Content-Type: text/html; charset=UTF-16LE"],
	];
	for (const [body, ...fields] of rows) {
		const { path } = stage.service(sends(answer(body, ...fields)));
		const response = await stage.exchange(t, get(path, "Accept-Encoding: gzip", "Connection: close"));
		assert.deepEqual(response.body, Buffer.from(body), fields.join());
		assert.equal(field(response, "content-length"), String(Buffer.from(body).length));
	}
});

test("ranges are not asked for, since those of the node's bytes would not fit", async (t) => {
	const seen: RawRequest[] = [];
	const { path } = stage.service(sends(answer(NODE_PAGE, HTML), seen));
	await stage.exchange(t, get(path, "Range: bytes=0-3", 'If-Range: "a"', "Connection: close"));
	assert.equal(field(seen[0] as RawRequest, "range"), undefined);
	assert.equal(field(seen[0] as RawRequest, "if-range"), undefined);
});

test("the response to HEAD has no body, and the connection stays in step", async (t) => {
	const { path } = stage.service(sends(Buffer.from(`HTTP/1.1 200 OK\r\n${HTML}\r\nContent-Length: 5000\r\n\r\n`)));
	const client = await stage.connect(t);
	for (let turn = 0; turn < 2; turn++) {
		await client.send(`HEAD ${path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n`);
		const response = await client.response("HEAD");
		assert.deepEqual([response.status, field(response, "content-length"), field(response, "content-encoding")], [200, undefined, "gzip"]);
	}
});

test("a client of HTTP/1.0 gets its page, up to the end of the connection or with a length", async (t) => {
	const { path } = stage.service(sends(answer(NODE_PAGE.repeat(3000), HTML)));
	const response = await stage.exchange(t, `GET ${path} HTTP/1.0\r\nHost: localhost\r\n\r\n`);
	assert.equal(response.body.toString(), pageAt(path).repeat(3000));
});

test("bytes that are not in the coding that they claim are a fault of the node", async (t) => {
	const { path } = stage.service(sends(answer(Buffer.from("this is no gzip at all"), HTML, "Content-Encoding: gzip")));
	assert.equal((await stage.exchange(t, get(path, "Connection: close"))).status, 502);
	assert.equal((await stage.logged(path)).error, "http_response_content_coding");

	const broken = zlib.gzipSync(NODE_PAGE.repeat(30_000), { level: 0 }).fill(0, 150_000, 300_000);
	const late = stage.service(sends(answer(broken, HTML, "Content-Encoding: gzip")));
	const client = await stage.connect(t);
	await client.send(get(late.path));
	assert.equal(await client.ended(), "reset");
	assert.equal((await stage.logged(late.path)).error, "http_response_content_coding");
});

test("a signature after the first MiB of XML ends the response; the next one is as the node sent it", async (t) => {
	const text = `<r>${NODE_PAGE}${" ".repeat(1_500_000)}<Signature>x</Signature>${NODE_PAGE}</r>`;
	for (const coding of ["identity", "gzip"]) {
		const xml = coding === "gzip" ? zlib.gzipSync(text) : text;
		const { path } = stage.service(sends(answer(xml, "Content-Type: application/xml", `Content-Encoding: ${coding}`)));
		const client = await stage.connect(t);
		await client.send(get(path));
		assert.equal(await client.ended(), "reset");
		assert.equal((await stage.logged(path)).error, "http_response_signed_late");
		const { body } = await stage.exchange(t, get(path, "Connection: close"));
		assert.equal(body.toString(), text);
	}
});

test("a node that dies in mid-body, or in mid-coding, leaves a response that cannot be taken for whole", async (t) => {
	const page = Buffer.from(NODE_PAGE.repeat(3000));
	for (const [body, field] of [
		[page, "X-A: b"],
		[zlib.gzipSync(page, { level: 0 }), "Content-Encoding: gzip"],
	] as const) {
		const { path } = stage.service(async (connection) => {
			await connection.request();
			await connection.send(answer(body, HTML, field).subarray(0, 100_000));
			connection.reset();
		});
		const client = await stage.connect(t);
		await client.send(get(path));
		assert.equal(await client.ended(), "reset");
	}
});

test("a client that leaves in mid-body takes the node's connection with it", async (t) => {
	const closed = new Barrier();
	const { path } = stage.service(async (connection: RawSocket) => {
		await connection.request();
		await connection.send(`HTTP/1.1 200 OK\r\n${HTML}\r\nTransfer-Encoding: chunked\r\n\r\n`);
		await connection.send(`${NODE_PAGE.length.toString(16)}\r\n${NODE_PAGE}\r\n`);
		await connection.ended();
		await closed.meet();
	});
	const client = await stage.connect(t);
	await client.send(get(path, "Accept-Encoding: gzip"));
	await client.readUntil("\r\n\r\n");
	client.reset();
	await closed.meet();
});

test("a body that grows a thousandfold flows at the pace of its client", async (t) => {
	const bytes = 64 * 1024 * 1024;
	const packed = zlib.gzipSync(Buffer.alloc(bytes, "x"));
	const { path } = stage.service(sends(answer(packed, HTML, "Content-Encoding: gzip")));
	const client = await stage.connect(t);
	await client.send(get(path));
	await client.readUntil("\r\n\r\n");
	client.pause();
	const before = residentMiB(stage.portico.pid);
	const other = stage.service(sends(answer(NODE_PAGE, HTML)));
	for (let turn = 0; turn < 20; turn++) await stage.exchange(t, get(other.path, "Connection: close"));
	assert.ok(residentMiB(stage.portico.pid) - before < 48);
	client.resume();
	let received = 0;
	while (true) {
		const size = Number.parseInt(await client.readUntil("\r\n"), 16);
		if (size === 0) break;
		await client.readBytes(size + 2);
		received += size;
	}
	assert.equal(received, bytes);
});

test("a route that does not rewrite leaves all of it alone", async (t) => {
	const seen: RawRequest[] = [];
	const { path } = stage.at(39, sends(answer(NODE_PAGE, HTML, 'ETag: "abc"'), seen));
	const response = await stage.exchange(t, get(path, "Accept-Encoding: gzip", "Range: bytes=0-1", "Connection: close"));
	assert.equal(response.body.toString(), NODE_PAGE);
	assert.equal(field(response, "etag"), '"abc"');
	assert.equal(field(seen[0] as RawRequest, "accept-encoding"), "gzip");
	assert.equal(field(seen[0] as RawRequest, "range"), "bytes=0-1");
});
