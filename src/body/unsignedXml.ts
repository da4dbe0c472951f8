import { PorticoError } from "../errors.ts";
import { gather } from "../http/gather.ts";
import type { BodyRewriter } from "./bodyRewriter.ts";
import type { SignedPaths } from "./signedPaths.ts";

/**
 * What makes a document one that must stay as it is: an XML signature, SAML's metadata, assertions and messages; also in a document that is a string of
 * this one (`&lt;`).
 */
const SIGNED =
	/(?:<|&lt;|&#60;|&#x3[cC];)(?:[^\s<>&"'/=:]{1,64}:)?(?:Signature|EntityDescriptor|EntitiesDescriptor|Assertion|AuthnRequest|Logout(?:Request|Response))(?:[\s/>]|&[gl#])/;
/** Names of XML Signature and of SAML: a document with one of them may hold a signature further on. */
const MAY_BE_SIGNED = /http:\/\/www\.w3\.org\/(?:2000\/09\/xmldsig#|2009\/xmldsig11#)|urn:oasis:names:tc:SAML:/;
/** Longest of these, as far as they have to be seen at a chunk's end. */
const OVERLAP = 128;
/** A signature may stand at the very end. So much is held from the first URL that would change. */
const MOST_HELD = 1024 * 1024;

/**
 * Rewrites an XML document unless it is signed; then not a byte of it is changed. In SAML a signature stands before what it signs, but for SAML
 * 1.1, and in SOAP too (SAML core 5.4.1, WS-Security 5); in any other document it may come last (XML Signature 2.1). So the text is held from the
 * first change on. Past {@link MOST_HELD} a document that names neither XML Signature nor SAML is rewritten, however long it is. If one has a
 * signature after all, it is broken off there, so that nobody takes it for whole, and its path is noted: the next time it stays as it is.
 *
 * Lifetime: one body.
 */
export class UnsignedXml {
	readonly #rewriter: BodyRewriter;
	readonly #target: string;
	readonly #signedPaths: SignedPaths;
	#state: "scanning" | "holding" | "rewriting" | "passing";
	#mayBeSigned = false;
	/** While holding, from the first change on: as it came, and as it would leave. */
	#raw: Buffer[] = [];
	#out: Buffer[] = [];
	#held = 0;
	/** Taken by the rewriter and not given back. */
	#waiting: Buffer = Buffer.alloc(0);
	#seen = "";

	/** @param target path and query at the node */
	constructor(rewriter: BodyRewriter, target: string, signedPaths: SignedPaths) {
		this.#rewriter = rewriter;
		this.#target = target;
		this.#signedPaths = signedPaths;
		this.#state = signedPaths.has(target) ? "passing" : "scanning";
	}

	/** @throws PorticoError `http_response_signed_late` */
	push(chunk: Buffer): Buffer | null {
		if (this.#state === "passing") return chunk;
		const signed = this.#scan(chunk);
		if (this.#state === "rewriting") return signed ? this.#breakOff() : this.#rewriter.push(chunk);
		const raw = Buffer.concat([this.#waiting, chunk]);
		if (signed) return this.#pass(raw);
		const out = this.#rewriter.push(Buffer.from(chunk));
		const left = raw.length - this.#rewriter.waiting;
		this.#waiting = raw.subarray(left);
		if (this.#rewriter.changes === 0) return out === null ? null : Buffer.from(out);
		this.#state = "holding";
		gather(this.#raw, raw.subarray(0, left));
		if (out !== null) gather(this.#out, out);
		this.#held += left;
		if (this.#held <= MOST_HELD) return null;
		return this.#mayBeSigned ? this.#pass(this.#waiting) : this.#release();
	}

	end(): Buffer | null {
		if (this.#state === "passing") return null;
		const rest = this.#rewriter.end();
		if (rest !== null) this.#out.push(rest);
		return this.#out.length === 0 ? null : Buffer.concat(this.#out);
	}

	/** @returns whether there is a signature */
	#scan(chunk: Buffer): boolean {
		const text = this.#seen + chunk.toString("latin1");
		this.#seen = text.slice(-OVERLAP);
		this.#mayBeSigned ||= MAY_BE_SIGNED.test(text);
		return SIGNED.test(text);
	}

	/** As it came: what was held, then `rest`. */
	#pass(rest: Buffer): Buffer {
		this.#state = "passing";
		const all = Buffer.concat([...this.#raw, rest]);
		this.#raw = [];
		this.#out = [];
		return all;
	}

	#release(): Buffer {
		this.#state = "rewriting";
		const all = Buffer.concat(this.#out);
		this.#raw = [];
		this.#out = [];
		return all;
	}

	#breakOff(): never {
		this.#signedPaths.add(this.#target);
		throw new PorticoError("http_response_signed_late");
	}
}
