import type { HeaderList } from "../http/headers.ts";
import type { BodyLength, ResponseHead } from "../http/message.ts";
import type { Plan, RoutePlan } from "../plan.ts";
import type { Leak, LeakKind, LeakRules } from "./leaks.ts";

/** Leaks of one kind on one route, in headers or in bodies. */
export interface LeakCount {
	/** Id of the route. */
	readonly route: string;
	readonly service: string;
	readonly product: Plan["services"][number]["product"];
	readonly where: "header" | "body";
	readonly kind: LeakKind;
	/** Of the first one: the field in lower case, or null in a body; origin and path; its host. */
	readonly field: string | null;
	readonly url: string;
	readonly host: string;
	/** Answers that had one. */
	readonly count: number;
}

/** Of the bodies of a route this many are looked at: the first one, and one in so many. */
const ONE_IN = 100;
/** Characters of a body that are looked at. */
const SAMPLE = 64 * 1024;

const TEXT = /^(?:text\/(?!event-stream)|application\/(?:[\w.-]+\+)?(?:json|xml|javascript|ecmascript)\b)/i;

/**
 * Looks at what leaves and counts what names places behind Portico. Every head is looked at; of the bodies of the WSO2 servlet ports, which hold pages, a few, and
 * only if they are text that the node did not compress, or that is rewritten. Lifetime: process, one for each worker.
 */
export class LeakWatch {
	readonly #found = new Map<string, { -readonly [K in keyof LeakCount]: LeakCount[K] }>();
	/** Bodies so far. A reload makes new routes, and begins anew. */
	readonly #bodies = new WeakMap<RoutePlan, number>();

	/**
	 * Hot path.
	 * @param head as the client gets it
	 * @param shownPlain the body will be shown before Portico puts it into the coding that the head names
	 * @returns what the body is to be shown to, or null where it is not looked at
	 */
	look(rules: LeakRules, plan: Plan, route: RoutePlan, head: ResponseHead, body: BodyLength, shownPlain: boolean): LeakSample | null {
		const { headers } = head;
		for (let index = 0; index < headers.length; index++) {
			const key = headers.keyAt(index);
			const leak = rules.inField(key, headers.valueAt(index));
			if (leak !== null && !rules.isOfOthers(leak, route, key)) this.count(plan, route, leak, key);
		}
		if (body === 0 || route.pathRules !== "servlet" || plan.services[route.service]?.product === "http") return null;
		if (!isText(headers) || !(shownPlain || isIdentity(headers))) return null;
		const before = this.#bodies.get(route) ?? 0;
		this.#bodies.set(route, before + 1);
		return before % ONE_IN === 0 ? new LeakSample(this, rules, plan, route) : null;
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
		const { name: service = "", product = "http" } = plan.services[route.service] ?? {};
		this.#found.set(key, { route: route.id, service, product, where, kind, field, url, host, count: 1 });
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
	#text = "";
	#done = false;

	constructor(watch: LeakWatch, rules: LeakRules, plan: Plan, route: RoutePlan) {
		this.#watch = watch;
		this.#rules = rules;
		this.#plan = plan;
		this.#route = route;
	}

	/** The chunk is only valid during the call. */
	add(chunk: Buffer): void {
		if (this.#done) return;
		this.#text += chunk.toString("latin1", 0, SAMPLE - this.#text.length);
		if (this.#text.length >= SAMPLE) this.end();
	}

	/** The body has ended, or enough of it was seen. */
	end(): void {
		if (this.#done) return;
		this.#done = true;
		if (this.#text === "") return this.#watch.missed(this.#route);
		const leak = this.#rules.inText(this.#text);
		this.#text = "";
		if (leak !== null && !this.#rules.isOfOthers(leak, this.#route, null)) this.#watch.count(this.#plan, this.#route, leak, null);
	}
}

function isText(headers: HeaderList): boolean {
	const type = headers.get("content-type");
	return type !== undefined && TEXT.test(type);
}

function isIdentity(headers: HeaderList): boolean {
	const coding = headers.get("content-encoding");
	return coding === undefined || coding === "" || coding.toLowerCase() === "identity";
}
