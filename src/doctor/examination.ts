/** One run of the doctor, as a check sees it: the estate, whom it can ask, and what could not be asked. */
import type { StatusReport } from "../admin/model.ts";
import type { Answer, Question, Reply } from "./ask.ts";
import { Questions } from "./questions.ts";
import type { Contact } from "./shake.ts";
import { authorityOf, type Deployment, publicPathOf, type SiteMember, type SiteService } from "./site.ts";
import { frontTarget, memberTarget, type Target } from "./target.ts";

/** Where the public side is reached. */
export interface FrontAddress {
	readonly host: string;
	readonly port: number;
	readonly scheme: "http" | "https";
}

export interface ExaminationOptions {
	readonly site: Deployment;
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
export interface SkippedCheck {
	readonly check: string;
	/** A service, a member, or what was to be compared. */
	readonly about: string;
	readonly reason: string;
}

/** What only somebody on the nodes can find out. */
export interface ManualCheck {
	readonly check: string;
	readonly service: string;
	readonly nodes: readonly string[];
	readonly what: string;
	readonly why: string;
	/** Commands, each with what to expect. */
	readonly lines: string;
}

/** What all checks of a run share. */
class Ledger {
	readonly unasked: SkippedCheck[] = [];
	readonly byHand: ManualCheck[] = [];
	readonly questions: Questions;

	constructor(timeout: number) {
		this.questions = new Questions(timeout);
	}
}

/** Lifetime: one run, or within it one check. */
export class DoctorSession {
	readonly site: Deployment;
	readonly now: number;
	readonly #options: ExaminationOptions;
	readonly #ledger: Ledger;
	#looked = false;

	constructor(options: ExaminationOptions, ledger = new Ledger(options.timeout)) {
		this.#options = options;
		this.#ledger = ledger;
		this.site = options.site;
		this.now = options.now;
	}

	/** The same run, for one check: knows whether that one had anything to look at. */
	forCheck(site = this.site): DoctorSession {
		return new DoctorSession({ ...this.#options, site }, this.#ledger);
	}

	/** Somebody answered, or the file itself had something to say. */
	get hasLooked(): boolean {
		return this.#looked;
	}

	/** The check goes by the file. */
	looked(): void {
		this.#looked = true;
	}

	get unasked(): readonly SkippedCheck[] {
		return this.#ledger.unasked;
	}

	get byHand(): readonly ManualCheck[] {
		return this.#ledger.byHand;
	}

	get plan(): Deployment["plan"] {
		return this.site.plan;
	}

	get hasFront(): boolean {
		return this.#options.front !== null;
	}

	get hasStatus(): boolean {
		return this.#options.status !== null;
	}

	/** What the running Portico says of itself. Rejects where it says nothing. */
	async status(): Promise<StatusReport> {
		if (this.#options.status === null) throw new Error("it has no admin server");
		const report = await this.#options.status();
		this.looked();
		return report;
	}

	/** A GET of a path of the node, as Portico would send it: with the public Host, since WSO2 may keep the first one that it sees. */
	member(service: SiteService, member: SiteMember, path: string, headers: Question["headers"] = []): Promise<Reply> {
		const host = authorityOf(service);
		const sent = headers.some(([name]) => name === "X-Forwarded-Proto") ? headers : [...forwarded(service), ...headers];
		return this.#heardBy(this.#ledger.questions.ask(memberTarget(member.plan), { method: "GET", path, host, headers: sent }));
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
		return this.#heardBy(this.#ledger.questions.ask(target, { method: "GET", path, host: authority, headers }));
	}

	frontTarget(authority: string): Target | null {
		const { front, cas } = this.#options;
		return front === null ? null : frontTarget(front.scheme, authority, front, cas);
	}

	shake(target: Target): Promise<Contact> {
		return this.#heardBy(this.#ledger.questions.shake(target));
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
		this.#ledger.unasked.push({ check, about, reason });
	}

	askByHand(question: ManualCheck): void {
		this.#ledger.byHand.push(question);
	}

	async #heardBy<T extends Reply | Contact>(made: Promise<T>): Promise<T> {
		const reply = await made;
		if (reply.kind !== "silence") this.looked();
		return reply;
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
