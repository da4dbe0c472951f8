/** Our HTTP/2 against nghttp2, as Node has it: its encoder and frames against our decoder, ours against its; no sockets between them. */
import assert from "node:assert/strict";
import { type ClientHttp2Session, connect } from "node:http2";
import { Duplex } from "node:stream";
import { test } from "node:test";
import { HeaderList } from "../../src/http/headers.ts";
import { OutBuffer } from "../../src/http2/outBuffer.ts";
import { ServerSession, type SessionEvents } from "../../src/http2/serverSession.ts";
import { LIMITS } from "../../src/http2/wire.fixture.ts";
import { within } from "../harness/deadline.ts";
import { Seeded } from "../harness/seeded.ts";

const REQUESTS = 400;
const NAMES = ["accept", "x-a", "x-b", "x-some-longer-name", "x-empty", "cache-control", "x-c"];
const LETTERS = Array.from({ length: 0x5f }, (_, at) => String.fromCharCode(0x20 + at));

/** The fields of one request or response; values of all visible characters, some of them long, some of them again. */
function fieldsOf(random: Seeded): [string, string][] {
	return Array.from({ length: random.below(9) }, () => {
		const length = random.pick([0, 1, 3, 20, 20, 200, 5000]);
		const value = Array.from({ length }, () => random.pick(LETTERS)).join("");
		return [random.pick(NAMES), random.below(3) === 0 ? "the same" : value.trim()];
	});
}

/** A session that answers each request with its own fields, and its body. */
class Echo extends Duplex implements SessionEvents {
	readonly session = new ServerSession({ ...LIMITS, headBytes: 1_000_000 }, true, this, 0);
	readonly #out = new OutBuffer(1024);
	readonly fatal: string[] = [];

	override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
		this.session.receive(chunk, 0);
		this.flush();
		done();
	}

	override _read(): void {
		this.flush();
	}

	flush(): void {
		for (; this.session.hasOutput; ) {
			this.#out.length = 0;
			this.session.write(this.#out, 65_536);
			if (this.#out.length === 0) break;
			this.push(Buffer.from(this.#out.view));
			this.session.afterWrite();
		}
	}

	onRequest: SessionEvents["onRequest"] = (stream, { head }) => {
		const echoed = head.headers.toPairs().filter(([name]) => name !== "host" && name !== "content-length");
		stream.sendHead({ status: 200, reason: "", version: 2, headers: HeaderList.of(...echoed) });
		const chunks: Buffer[] = [];
		const end = (): void => {
			for (const chunk of chunks) {
				stream.sendBody(chunk);
				stream.settle();
			}
			stream.sendEnd(null);
		};
		if (stream.state !== "open") end();
		return {
			onBody: (chunk) => chunks.push(Buffer.from(chunk)),
			onEnd: end,
			...{ onFlush() {}, onFault() {}, onLeft() {}, onDrain() {}, onSent() {} },
		};
	};
	onRefused: SessionEvents["onRefused"] = (_stream, error) => {
		this.fatal.push(error.message);
		return null;
	};
	onMalformed(error: Error): void {
		this.fatal.push(error.message);
	}
	onFatal(_code: number, reason: string): void {
		this.fatal.push(reason);
	}
	onClosed(): void {}
	onTired(): void {}
	onPong(): void {}
}

async function exchange(
	session: ClientHttp2Session,
	fields: readonly [string, string][],
	body: Buffer | null,
): Promise<{ fields: [string, string][]; body: Buffer }> {
	const raw = [":method", body === null ? "GET" : "POST", ":scheme", "https", ":authority", "a.test", ":path", "/x", ...fields.flat()];
	const stream = session.request(raw as unknown as Record<string, string>, { endStream: body === null });
	const { promise, resolve, reject } = Promise.withResolvers<{ fields: [string, string][]; body: Buffer }>();
	const chunks: Buffer[] = [];
	const heard: [string, string][] = [];
	stream.on("error", reject);
	stream.on("response", (_headers, _flags, rawHeaders: readonly string[] = []) => {
		for (let at = 0; at < rawHeaders.length; at += 2) heard.push([rawHeaders[at] ?? "", rawHeaders[at + 1] ?? ""]);
	});
	stream.on("data", (chunk: Buffer) => chunks.push(chunk));
	stream.on("end", () => resolve({ fields: heard.filter(([name]) => name !== ":status"), body: Buffer.concat(chunks) }));
	if (body !== null) stream.end(body);
	return within(promise, () => `stream ${stream.id}`, 20_000);
}

for (const settings of [
	{},
	{ headerTableSize: 0 },
	{ headerTableSize: 100, initialWindowSize: 1000 },
	{ headerTableSize: 65_536, maxFrameSize: 1 << 20 },
]) {
	test(`fields and bodies come back as they were sent: ${JSON.stringify(settings)}`, async (t) => {
		const random = new Seeded(JSON.stringify(settings));
		const echo = new Echo();
		const session = connect("https://a.test", { createConnection: () => echo, settings });
		t.after(() => session.destroy());
		session.on("error", () => {});
		for (let round = 0; round < REQUESTS / 20; round++) {
			const wanted = Array.from({ length: 20 }, () => {
				const body = random.below(3) === 0 ? Buffer.alloc(random.pick([0, 1, 16_384, 100_000]), "body") : null;
				return { fields: fieldsOf(random), body };
			});
			const got = await Promise.all(wanted.map(({ fields, body }) => exchange(session, fields, body)));
			for (const [index, { fields, body }] of wanted.entries()) {
				assert.deepEqual(got[index]?.fields, fields);
				assert.ok(got[index]?.body.equals(body ?? Buffer.alloc(0)));
			}
		}
		assert.deepEqual(echo.fatal, []);
	});
}
