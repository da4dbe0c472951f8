/**
 * Pages that tell nobody where they are (`no-referrer`) get to tell it to their own origin (`same-origin`, W3C Referrer Policy, section 3.2): what their
 * scripts ask for without the service's prefix is known by it, see route/bareContexts.ts. Other origins get as much as before, nothing.
 */
import { type Attribute, readTag } from "./tagReader.ts";

/** Of these only what is in a page's head counts (HTML, section 4.2.5.1), which begins early. */
const FARTHEST = 16 * 1024;
/** A longer tag is not looked at. */
const LONGEST = 1024;
const MARK = /<(?:meta|body|\/head)(?=[\t\n\f\r />])/gi;
/** A text's end that may become a {@link MARK}, and how long it is at most. */
const UNFINISHED = /<(?:m(?:e(?:ta?)?)?|b(?:o(?:dy?)?)?|\/(?:h(?:e(?:ad?)?)?)?)?$/i;
const UNFINISHED_LENGTH = 6;
const META = "<meta";

const CLOSED = "no-referrer";
/** As long as what it replaces, so that nothing moves. */
const OPEN = "same-origin";
const CLOSED_TOKEN = /(^|,)([\t ]*)no-referrer(?=[\t ]*(?:,|$))/gi;

const NOTHING_KEPT = Buffer.alloc(0);

/** What looks at the page after this. */
interface Next {
	push(chunk: Buffer): Buffer | null;
	end(): Buffer | null;
}

/** The value of a Referrer-Policy header of a page. */
export function sameOriginPolicy(value: string): string {
	return value.replace(CLOSED_TOKEN, `$1$2${OPEN}`);
}

/** Sees to `<meta name="referrer">` in a page's head; what follows the head passes untouched. Lifetime: one body. */
export class SameOriginReferrer {
	readonly #next: Next;
	#isOver = false;
	/** The beginning of a tag that waits for more. */
	#kept: Buffer = NOTHING_KEPT;
	/** Bytes before it. */
	#passed = 0;

	constructor(next: Next) {
		this.#next = next;
	}

	/** As {@link BodyRewriter.push}. */
	push(chunk: Buffer): Buffer | null {
		if (this.#isOver) return this.#next.push(chunk);
		const source = this.#kept.length === 0 ? chunk : Buffer.concat([this.#kept, chunk]);
		const places: number[] = [];
		const hold = this.#read(source, places);
		this.#kept = hold === source.length ? NOTHING_KEPT : Buffer.from(source.subarray(hold));
		this.#passed += hold;
		return hold === 0 ? null : this.#next.push(opened(source, places, hold));
	}

	end(): Buffer | null {
		const rest = this.#kept.length === 0 ? null : this.#next.push(this.#kept);
		const last = this.#next.end();
		return rest === null ? last : last === null ? rest : Buffer.concat([rest, last]);
	}

	/** @param places gets where policies stand that change @returns where what has to wait begins */
	#read(source: Buffer, places: number[]): number {
		const text = source.toString("latin1", 0, Math.min(source.length, FARTHEST + LONGEST - this.#passed));
		this.#isOver = this.#passed + text.length === FARTHEST + LONGEST;
		MARK.lastIndex = 0;
		for (let mark = MARK.exec(text); mark !== null; mark = MARK.exec(text)) {
			const at = mark.index;
			if (this.#passed + at >= FARTHEST || mark[0].length !== META.length || mark[0].toLowerCase() !== META) {
				this.#isOver = true;
				break;
			}
			const attributes: Attribute[] = [];
			const { end } = readTag(text, at + META.length, 0, Math.min(text.length, at + LONGEST), attributes);
			if (end === -1 && at + LONGEST > text.length) return at;
			if (end === -1) continue;
			const place = closedPolicy(text, attributes);
			if (place !== -1) places.push(place);
			MARK.lastIndex = end;
		}
		return this.#isOver ? source.length : unfinishedAt(text);
	}
}

/** Where the policy of a referrer element begins that is to change, or -1. The first attribute of a name counts. */
function closedPolicy(text: string, attributes: readonly Attribute[]): number {
	const name = attributes.find((attribute) => attribute.name === "name");
	if (name === undefined || text.slice(name.from, name.to).toLowerCase() !== "referrer") return -1;
	const content = attributes.find((attribute) => attribute.name === "content");
	return content !== undefined && text.slice(content.from, content.to).toLowerCase() === CLOSED ? content.from : -1;
}

function opened(source: Buffer, places: readonly number[], end: number): Buffer {
	const bytes = source.subarray(0, end);
	if (places.length === 0) return bytes.length === source.length ? source : bytes;
	const out = Buffer.from(bytes);
	for (const place of places) out.write(OPEN, place, "latin1");
	return out;
}

function unfinishedAt(text: string): number {
	const from = Math.max(0, text.length - UNFINISHED_LENGTH);
	const at = text.slice(from).search(UNFINISHED);
	return at === -1 ? text.length : from + at;
}
