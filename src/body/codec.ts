/** The one place that knows `node:zlib`: codings taken off and put on, as a stream for long bodies, at once for short ones. */
import type { Buffer } from "node:buffer";
import type { Transform } from "node:stream";
import * as zlib from "node:zlib";
import type { Coding } from "../http/codings.ts";
import type { CodecOwner, Encoder } from "./encoder.ts";
import { GzipWriter } from "./gzipWriter.ts";

const {
	BROTLI_OPERATION_FLUSH,
	BROTLI_PARAM_LGWIN,
	BROTLI_PARAM_QUALITY,
	Z_SYNC_FLUSH,
	ZSTD_c_compressionLevel,
	ZSTD_c_windowLog,
	ZSTD_d_windowLogMax,
	ZSTD_e_flush,
} = zlib.constants;

/** Bytes per read and write; as much as a socket gives in one. */
const CHUNK = 64 * 1024;
/**
 * Levels at which a byte saved is worth its CPU in front of browsers. gzip, 100 KiB of HTML, 150 pages: 0.80 ms and 22.0 KB at level 1, 0.70 ms and
 * 21.2 KB at 2, 0.92 and 20.7 at 3, 1.22 and 19.6 at 4, 1.67 and 18.6 at 6.
 */
const GZIP = { level: 2, chunkSize: CHUNK, flush: zlib.constants.Z_NO_FLUSH, finishFlush: zlib.constants.Z_FINISH };
const BROTLI = { chunkSize: CHUNK, params: { [BROTLI_PARAM_QUALITY]: 4, [BROTLI_PARAM_LGWIN]: 18 } };
/** A window of 256 KiB: half a megabyte less for each stream than by default. */
const ZSTD = { chunkSize: CHUNK, params: { [ZSTD_c_compressionLevel]: 3, [ZSTD_c_windowLog]: 18 } };

const ENCODERS: Readonly<Record<Coding, { readonly encoder: (owner: CodecOwner) => Encoder; readonly whole: (body: Buffer) => Buffer }>> = {
	gzip: { encoder: (owner) => new GzipWriter(GZIP.level, owner), whole: (body) => zlib.gzipSync(body, GZIP) },
	deflate: {
		encoder: (owner) => new Codec(zlib.createDeflate(GZIP), Z_SYNC_FLUSH, owner),
		whole: (body) => zlib.deflateSync(body, GZIP),
	},
	br: {
		encoder: (owner) => new Codec(zlib.createBrotliCompress(BROTLI), BROTLI_OPERATION_FLUSH, owner),
		whole: (body) => zlib.brotliCompressSync(body, BROTLI),
	},
	zstd: {
		encoder: (owner) => new Codec(zlib.createZstdCompress(ZSTD), ZSTD_e_flush, owner),
		whole: (body) => zlib.zstdCompressSync(body, ZSTD),
	},
};

/** No more than 8 MiB of memory for what a response says that its window is (RFC 9659); the library would take 128. */
const UNZSTD = { chunkSize: CHUNK, params: { [ZSTD_d_windowLogMax]: 23 } };

/** As far as they are used here, zlib's streams are alike. */
type Zlib = Transform & { flush(kind: number): void };

/** The whole body in this coding. */
export function encodeWhole(coding: Coding, body: Buffer): Buffer {
	return ENCODERS[coding].whole(body);
}

/**
 * A coding being put on or taken off. What does not fit into a few chunks waits in the stream's own order: nothing is worked on while the one who
 * takes is full, so a body that grows a thousandfold takes no more memory than another. Lifetime: one body.
 */
export class Codec implements Encoder {
	readonly #stream: Zlib;
	readonly #flush: number;
	#closed = false;

	constructor(stream: Zlib, flush: number, owner: CodecOwner) {
		this.#stream = stream;
		this.#flush = flush;
		stream.on("data", (chunk: Buffer) => {
			if (!this.#closed && !owner.onCodecData(chunk)) stream.pause();
		});
		stream.on("drain", () => this.#closed || owner.onCodecDrain());
		stream.on("end", () => this.#closed || owner.onCodecEnd());
		stream.on("error", (error) => this.#closed || owner.onCodecError(error));
	}

	static encoder(coding: Coding, owner: CodecOwner): Encoder {
		return ENCODERS[coding].encoder(owner);
	}

	/** @param first the first bytes: what is called deflate is a zlib stream (RFC 1950) or, by an old mistake, a bare one (RFC 1951) */
	static decoder(coding: Coding, first: Buffer, owner: CodecOwner): Codec {
		return new Codec(decoderOf(coding, first), Z_SYNC_FLUSH, owner);
	}

	write(chunk: Buffer): boolean {
		return this.#stream.write(chunk);
	}

	flush(): void {
		this.#stream.flush(this.#flush);
	}

	end(): void {
		this.#stream.end();
	}

	resume(): void {
		this.#stream.resume();
	}

	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#stream.destroy();
	}
}

function decoderOf(coding: Coding, first: Buffer): Zlib {
	switch (coding) {
		case "gzip":
			return zlib.createGunzip({ chunkSize: CHUNK });
		case "deflate":
			return isZlib(first) ? zlib.createInflate({ chunkSize: CHUNK }) : zlib.createInflateRaw({ chunkSize: CHUNK });
		case "br":
			return zlib.createBrotliDecompress({ chunkSize: CHUNK });
		case "zstd":
			return zlib.createZstdDecompress(UNZSTD);
	}
}

/** RFC 1950 section 2.2: method 8, and a check that makes the first two bytes a multiple of 31. */
function isZlib(first: Buffer): boolean {
	const [method = 0, flags = 0] = first;
	return (method & 0x0f) === 8 && (first.length < 2 || ((method << 8) | flags) % 31 === 0);
}
