import type { BodyRewriter } from "./bodyRewriter.ts";

/** What makes a document one that must stay as it is: an XML signature, SAML metadata. */
const SIGNED = /<(?:[\w.-]+:)?(?:Signature|EntityDescriptor|EntitiesDescriptor)[\s/>]/;
/** Longest of these, as far as they have to be seen at a chunk's end. */
const OVERLAP = 64;
/** A signature may stand at the very end. So much is held from the first URL that would change; a longer document stays as it is. */
const MOST_HELD = 1024 * 1024;

/** Rewrites an XML document unless it is signed; then not a byte of it is changed. Lifetime: one body. */
export class UnsignedXml {
	readonly #rewriter: BodyRewriter;
	#state: "looking" | "holding" | "passing" = "looking";
	/** While holding, from the first change on: as it came, and as it would leave. */
	#raw: Buffer[] = [];
	#out: Buffer[] = [];
	#held = 0;
	/** Taken by the rewriter and not given back. */
	#waiting: Buffer = Buffer.alloc(0);
	#seen = "";

	constructor(rewriter: BodyRewriter) {
		this.#rewriter = rewriter;
	}

	get changes(): number {
		return this.#state === "passing" ? 0 : this.#rewriter.changes;
	}

	push(chunk: Buffer): Buffer | null {
		if (this.#state === "passing") return chunk;
		const text = this.#seen + chunk.toString("latin1");
		this.#seen = text.slice(-OVERLAP);
		const raw = Buffer.concat([this.#waiting, chunk]);
		if (SIGNED.test(text)) return this.#pass(raw);
		const out = this.#rewriter.push(Buffer.from(chunk));
		const left = raw.length - this.#rewriter.waiting;
		this.#waiting = raw.subarray(left);
		if (this.#rewriter.changes === 0) return out === null ? null : Buffer.from(out);
		this.#state = "holding";
		this.#raw.push(raw.subarray(0, left));
		if (out !== null) this.#out.push(Buffer.from(out));
		this.#held += left;
		return this.#held > MOST_HELD ? this.#pass(this.#waiting) : null;
	}

	end(): Buffer | null {
		if (this.#state === "passing") return null;
		const rest = this.#rewriter.end();
		if (rest !== null) this.#out.push(rest);
		return this.#out.length === 0 ? null : Buffer.concat(this.#out);
	}

	/** As it came: what was held, then `rest`. */
	#pass(rest: Buffer): Buffer {
		this.#state = "passing";
		const all = Buffer.concat([...this.#raw, rest]);
		this.#raw = [];
		this.#out = [];
		return all;
	}
}
