/** One run of the doctor: asks each question once, few at a time, and keeps what could not be asked. */
import type { StatusReport } from "../admin/model.ts";
import { type Answer, ask, askedOf, type Question, type Reply, type Silence } from "./ask.ts";
import { Patience } from "./patience.ts";
import { type Contact, shake, shakenOf } from "./shake.ts";
import { authorityOf, publicPathOf, type Site, type SiteMember, type SiteService } from "./site.ts";
import { frontTarget, memberTarget, type Target } from "./target.ts";

/** Where the public side is reached. */
export interface FrontAddress {
	readonly host: string;
	readonly port: number;
	readonly scheme: "http" | "https";
}

export interface ExaminationOptions {
	readonly site: Site;
	/** Null: no listener that can be asked. */
	readonly front: FrontAddress | null;
	/** PEM: authorities that clients trust beside the system's. */
	readonly cas: readonly string[];
	/** Of one question, in milliseconds. */
	readonly timeout: number;
	/** Milliseconds since the epoch. */
	readonly now: number;
	/** What the running Portico says of itself; rejects where it says nothing. Null: it has no admin server. */
	readonly status: (() => Promise<StatusReport>) | null;
}

/** What could not be found out, and why. */
export interface Unasked {
	readonly check: string;
	/** A service, a member, or what was to be compared. */
	readonly about: string;
	readonly reason: string;
}

/** At a time: nodes must not feel it. */
const QUESTIONS = 8;

/** Lifetime: one run. */
export class Examination {
	readonly site: Site;
	readonly now: number;
	readonly status: ExaminationOptions["status"];
	readonly unasked: Unasked[] = [];
	readonly #options: ExaminationOptions;
	readonly #asked = new Map<string, Promise<unknown>>();
	readonly #waiting: (() => void)[] = [];
	readonly #patience = new Patience();
	#running = 0;

	constructor(options: ExaminationOptions) {
		this.#options = options;
		this.site = options.site;
		this.now = options.now;
		this.status = options.status;
	}

	get plan(): Site["plan"] {
		return this.site.plan;
	}

	get hasFront(): boolean {
		return this.#options.front !== null;
	}

	/** A GET of a path of the node, as Portico would send it: with the public Host, since WSO2 may keep the first one that it sees. */
	member(service: SiteService, member: SiteMember, path: string, headers: Question["headers"] = []): Promise<Reply> {
		const host = authorityOf(service);
		const sent = headers.some(([name]) => name === "X-Forwarded-Proto") ? headers : [...forwarded(service), ...headers];
		return this.#ask(memberTarget(member.plan), { method: "GET", path, host, headers: sent });
	}

	/** The same path from outside, through Portico. */
	front(service: SiteService, nodePath: string, headers: Question["headers"] = []): Promise<Reply> {
		const [path = "", query] = nodePath.split(/(?=\?)/, 2);
		return this.publicPath(service, publicPathOf(service, path) + (query ?? ""), headers);
	}

	/** A public path as it is. */
	publicPath(service: SiteService, path: string, headers: Question["headers"] = []): Promise<Reply> {
		const authority = authorityOf(service);
		const target = this.frontTarget(authority);
		if (target === null)
			return Promise.resolve({
				kind: "silence",
				asked: `GET ${service.plan.publicOrigin}${path}`,
				failed: "connect",
				reason: "no listener that can be asked",
				waited: false,
			});
		return this.#ask(target, { method: "GET", path, host: authority, headers });
	}

	frontTarget(authority: string): Target | null {
		const { front, cas } = this.#options;
		return front === null ? null : frontTarget(front.scheme, authority, front, cas);
	}

	shake(target: Target): Promise<Contact> {
		return this.#once(JSON.stringify(["shake", target.origin, target.host, target.port]), () =>
			this.#patiently(target, shakenOf(target), () => shake(target, this.#options.timeout)),
		);
	}

	shakeMember({ plan }: SiteMember): Promise<Contact> {
		return this.shake(memberTarget(plan));
	}

	/** The answer, or null and a word on why there is none. */
	heard(check: string, about: string, reply: Reply): Answer | null {
		if (reply.kind === "answer") return reply;
		this.note(check, about, `${reply.asked}: ${reply.reason}`);
		return null;
	}

	note(check: string, about: string, reason: string): void {
		this.unasked.push({ check, about, reason });
	}

	#ask(target: Target, question: Question): Promise<Reply> {
		const key = JSON.stringify([target.origin, target.host, target.port, question]);
		return this.#once(key, () => this.#patiently(target, askedOf(target, question), () => ask(target, question, this.#options.timeout)));
	}

	async #patiently<T extends Reply | Contact>({ host, port }: Target, asked: string, make: () => Promise<T>): Promise<T | Silence> {
		const key = JSON.stringify([host, port]);
		const lost = this.#patience.lostWith(key);
		if (lost !== null) return { kind: "silence", asked, ...lost };
		const made = await make();
		this.#patience.heard(key, made.kind === "silence" ? made : null);
		return made;
	}

	/** Checks that want the same thing get the same answer. */
	#once<T>(key: string, make: () => Promise<T>): Promise<T> {
		const known = this.#asked.get(key);
		if (known !== undefined) return known as Promise<T>;
		const made = this.#inTurn(make);
		this.#asked.set(key, made);
		return made;
	}

	async #inTurn<T>(make: () => Promise<T>): Promise<T> {
		if (this.#running >= QUESTIONS) await new Promise<void>((resolve) => this.#waiting.push(resolve));
		else this.#running++;
		try {
			return await make();
		} finally {
			const next = this.#waiting.shift();
			if (next === undefined) this.#running--;
			else next();
		}
	}
}

function forwarded(service: SiteService): Question["headers"] {
	const scheme = service.plan.publicOrigin.startsWith("https:") ? "https" : "http";
	const authority = authorityOf(service);
	const port = /:(\d+)$/.exec(authority)?.[1] ?? (scheme === "https" ? "443" : "80");
	return [
		["X-Forwarded-Proto", scheme],
		["X-Forwarded-Host", authority],
		["X-Forwarded-Port", port],
	];
}
