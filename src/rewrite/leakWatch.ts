import { type Coding, codingOf } from "../http/codings.ts";
import { gather } from "../http/gather.ts";
import type { HeaderList } from "../http/headers.ts";
import type { BodyLength, ResponseHead } from "../http/message.ts";
import type { Plan } from "../plan/plan.ts";
import type { RoutePlan } from "../plan/route.ts";
import { type Leak, type LeakKind, type LeakRules, WITHOUT_URLS } from "./leaks.ts";

/** Leaks of one kind on one route, in headers or in bodies. */
export interface LeakCount {
	/** Id of the route. */
	readonly route: string;
	readonly service: string;
	readonly product: string;
	readonly where: "header" | "body";
	readonly kind: LeakKind;
	/** Of the first one: the field in lower case, or null in a body; origin and path; its host. */
	readonly field: string | null;
	readonly url: string;
	readonly host: string;
	readonly isRewritten: boolean;
	readonly publicPort: number;
	/** Answers that had one. */
	readonly count: number;
}

/** Of the bodies of a route this many are looked at: the first one, and one in so many. */
const ONE_IN = 100;
/** Bytes of a body that are looked at, and as many of one in a coding to get at them. */
const SAMPLE = 64 * 1024;

const TEXT = /^(?:text\/(?!event-stream)|application\/(?:[\w.-]+\+)?(?:json|xml|javascript|ecmascript)\b)/i;

/** Samples that wait for being decoded: at most 1 MiB. */
const MOST_CODED = 16;

interface CodedSample {
	readonly coding: Coding;
	readonly bytes: Buffer;
	onDecoded(beginning: Buffer): void;
}

/** Takes off the coding of the first bytes of a body, up to `most`, and tells what came out, later. */
export type DecodeStart = (coding: Coding, coded: Buffer, most: number, onDecoded: (beginning: Buffer) => void) => void;

/**
 * Looks at what leaves and counts what names places behind Portico. Every head is looked at; of the bodies of the routes with pages a few, and
 * only if they are text. One that the node compressed is decoded after it has left. Lifetime: process, one for each worker.
 */
export class LeakWatch {
	readonly #found = new Map<string, { -readonly [K in keyof LeakCount]: LeakCount[K] }>();
	/** Bodies so far. A reload makes new routes, and begins anew. */
	readonly #bodies = new WeakMap<RoutePlan, number>();
	readonly #decode: DecodeStart;
	/** The first one is being decoded. */
	readonly #coded: CodedSample[] = [];

	constructor(decode: DecodeStart) {
		this.#decode = decode;
	}

	/**
	 * Hot path.
	 * @param head as the client gets it
	 * @param shownPlain the body will be shown before Portico puts it into the coding that the head names
	 * @returns what the body is to be shown to, or null where it is not looked at
	 */
	look(rules: LeakRules, plan: Plan, route: RoutePlan, head: ResponseHead, body: BodyLength, shownPlain: boolean): LeakSample | null {
		const { headers } = head;
		for (let index = 0; index < headers.names.length; index++) {
			const key = headers.names[index]?.key ?? "";
			if (WITHOUT_URLS.has(key)) continue;
			const leak = rules.inField(key, headers.values[index] ?? "");
			if (leak !== null && !rules.isOfOthers(leak, route, key)) this.count(plan, route, leak, key);
		}
		if (body === 0 || !route.sampleBodies) return null;
		if (!isText(headers)) return null;
		const coding = shownPlain ? "identity" : codingOf(headers.get("content-encoding"));
		if (coding === "unknown") return null;
		const before = this.#bodies.get(route) ?? 0;
		this.#bodies.set(route, before + 1);
		return before % ONE_IN === 0 ? new LeakSample(this, rules, plan, route, coding) : null;
	}

	/** One after the other; too many at once are left out. */
	decode(sample: CodedSample): void {
		if (this.#coded.length < MOST_CODED && this.#coded.push(sample) === 1) this.#decodeNext();
	}

	#decodeNext(): void {
		const [sample] = this.#coded;
		if (sample === undefined) return;
		this.#decode(sample.coding, sample.bytes, SAMPLE, (beginning) => {
			this.#coded.shift();
			sample.onDecoded(beginning);
			this.#decodeNext();
		});
	}

	/** @param field null: in a body */
	count(plan: Plan, route: RoutePlan, { kind, url, host }: Leak, field: string | null): void {
		const where = field === null ? "body" : "header";
		const key = `${where} ${kind} ${route.id}`;
		const known = this.#found.get(key);
		if (known !== undefined) {
			known.count++;
			return;
		}
		const { name: service = "", product = "" } = plan.services[route.service] ?? {};
		const { port, protocol } = new URL(plan.publicOrigin);
		const publicPort = Number(port) || (protocol === "https:" ? 443 : 80);
		const isRewritten = route.rewriteBodies;
		this.#found.set(key, { route: route.id, service, product, where, kind, field, url, host, isRewritten, publicPort, count: 1 });
	}

	/** The body that was to be looked at did not come (HEAD): the next one is. */
	missed(route: RoutePlan): void {
		this.#bodies.delete(route);
	}

	/** What was found since it was last asked. */
	take(): LeakCount[] {
		const found = [...this.#found.values()];
		this.#found.clear();
		return found;
	}
}

/** The beginning of one body. Lifetime: exchange. */
export class LeakSample {
	readonly #watch: LeakWatch;
	readonly #rules: LeakRules;
	readonly #plan: Plan;
	readonly #route: RoutePlan;
	readonly #coding: Coding | "identity";
	readonly #parts: Buffer[] = [];
	#length = 0;
	#done = false;

	constructor(watch: LeakWatch, rules: LeakRules, plan: Plan, route: RoutePlan, coding: Coding | "identity") {
		this.#watch = watch;
		this.#rules = rules;
		this.#plan = plan;
		this.#route = route;
		this.#coding = coding;
	}

	/** The chunk is only valid during the call. */
	add(chunk: Buffer): void {
		if (this.#done) return;
		const part = chunk.subarray(0, SAMPLE - this.#length);
		gather(this.#parts, part);
		this.#length += part.length;
		if (this.#length >= SAMPLE) this.end();
	}

	/** The body has ended, or enough of it was seen. */
	end(): void {
		if (this.#done) return;
		this.#done = true;
		const bytes = Buffer.concat(this.#parts.splice(0));
		if (bytes.length === 0) return this.#watch.missed(this.#route);
		if (this.#coding === "identity") return this.#see(bytes);
		this.#watch.decode({ coding: this.#coding, bytes, onDecoded: (beginning) => this.#see(beginning) });
	}

	#see(bytes: Buffer): void {
		const leak = this.#rules.inText(bytes.toString("latin1"));
		if (leak !== null && !this.#rules.isOfOthers(leak, this.#route, null)) this.#watch.count(this.#plan, this.#route, leak, null);
	}
}

function isText(headers: HeaderList): boolean {
	const type = headers.get("content-type");
	return type !== undefined && TEXT.test(type);
}
