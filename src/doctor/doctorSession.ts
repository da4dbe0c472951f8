/** One run of the doctor, as a check sees it: the deployment, requests to its nodes and its public endpoint, and what was skipped. */
import type { StatusReport } from "../admin/model.ts";
import { authorityOf, type DeployedMember, type DeployedService, type Deployment, publicPathOf } from "./deployment.ts";
import type { Contact } from "./handshake.ts";
import type { DoctorRequest, HttpResponse, Reply } from "./request.ts";
import { SharedRequests } from "./sharedRequests.ts";
import { frontTarget, memberTarget, type Target } from "./target.ts";

/** Where the public endpoint is reached. */
export interface FrontAddress {
	readonly host: string;
	readonly port: number;
	readonly scheme: "http" | "https";
}

export interface DoctorSessionOptions {
	readonly deployment: Deployment;
	/** Null: no listener that requests can be sent to. */
	readonly front: FrontAddress | null;
	/** PEM: CAs that clients trust in addition to the system's. */
	readonly cas: readonly string[];
	/** Milliseconds for each request. */
	readonly timeout: number;
	/** Milliseconds since the epoch. */
	readonly now: number;
	/** Status of the running Portico; rejects if it cannot be read. Null: the file has no admin server. */
	readonly status: (() => Promise<StatusReport>) | null;
}

/** A check that was skipped, and the reason. */
export interface SkippedCheck {
	readonly check: string;
	/** A service, a member, or what was to be compared. */
	readonly about: string;
	readonly reason: string;
}

/** What can only be checked on the nodes. */
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
	readonly skipped: SkippedCheck[] = [];
	readonly byHand: ManualCheck[] = [];
	readonly requests: SharedRequests;

	constructor(timeout: number) {
		this.requests = new SharedRequests(timeout);
	}
}

/** Lifetime: one run, or within it one check. */
export class DoctorSession {
	readonly deployment: Deployment;
	readonly now: number;
	readonly #options: DoctorSessionOptions;
	readonly #ledger: Ledger;
	#inspected = false;

	constructor(options: DoctorSessionOptions, ledger = new Ledger(options.timeout)) {
		this.#options = options;
		this.#ledger = ledger;
		this.deployment = options.deployment;
		this.now = options.now;
	}

	/** The same run, for one check: records whether that check inspected anything. */
	forCheck(deployment = this.deployment): DoctorSession {
		return new DoctorSession({ ...this.#options, deployment }, this.#ledger);
	}

	/** A target responded, or the check inspected the file. */
	get hasInspected(): boolean {
		return this.#inspected;
	}

	/** For a check that inspects the file. */
	markInspected(): void {
		this.#inspected = true;
	}

	get skipped(): readonly SkippedCheck[] {
		return this.#ledger.skipped;
	}

	get byHand(): readonly ManualCheck[] {
		return this.#ledger.byHand;
	}

	get plan(): Deployment["plan"] {
		return this.deployment.plan;
	}

	get hasFront(): boolean {
		return this.#options.front !== null;
	}

	get hasStatus(): boolean {
		return this.#options.status !== null;
	}

	/** Status of the running Portico. Rejects if it cannot be read. */
	async status(): Promise<StatusReport> {
		if (this.#options.status === null) throw new Error("the file has no admin server");
		const report = await this.#options.status();
		this.markInspected();
		return report;
	}

	/** GETs a path of the node as Portico would: with the public Host, since WSO2 may keep the first one that it receives. */
	member(service: DeployedService, member: DeployedMember, path: string, headers: DoctorRequest["headers"] = []): Promise<Reply> {
		const host = authorityOf(service);
		const sent = headers.some(([name]) => name === "X-Forwarded-Proto") ? headers : [...forwarded(service), ...headers];
		return this.#recorded(this.#ledger.requests.send(memberTarget(member.plan), { method: "GET", path, host, headers: sent }));
	}

	/** The same path from outside, through Portico. */
	front(service: DeployedService, nodePath: string, headers: DoctorRequest["headers"] = []): Promise<Reply> {
		const [path = "", query] = nodePath.split(/(?=\?)/, 2);
		return this.publicPath(service, publicPathOf(service, path) + (query ?? ""), headers);
	}

	/** A public path as it is. */
	publicPath(service: DeployedService, path: string, headers: DoctorRequest["headers"] = []): Promise<Reply> {
		const authority = authorityOf(service);
		const target = this.frontTarget(authority);
		if (target === null)
			return Promise.resolve({
				kind: "noResponse",
				request: `GET ${service.plan.publicOrigin}${path}`,
				failed: "connect",
				reason: "no listener can be reached from here",
				timedOut: false,
			});
		return this.#recorded(this.#ledger.requests.send(target, { method: "GET", path, host: authority, headers }));
	}

	frontTarget(authority: string): Target | null {
		const { front, cas } = this.#options;
		return front === null ? null : frontTarget(front.scheme, authority, front, cas);
	}

	handshake(target: Target): Promise<Contact> {
		return this.#recorded(this.#ledger.requests.handshake(target));
	}

	handshakeWithMember({ plan }: DeployedMember): Promise<Contact> {
		return this.handshake(memberTarget(plan));
	}

	/** The response, or null after noting that the check was skipped. */
	responseOrSkip(check: string, about: string, reply: Reply): HttpResponse | null {
		if (reply.kind === "response") return reply;
		this.noteSkipped(check, about, `${reply.request}: ${reply.reason}`);
		return null;
	}

	noteSkipped(check: string, about: string, reason: string): void {
		this.#ledger.skipped.push({ check, about, reason });
	}

	addManualCheck(check: ManualCheck): void {
		this.#ledger.byHand.push(check);
	}

	async #recorded<T extends Reply | Contact>(made: Promise<T>): Promise<T> {
		const reply = await made;
		if (reply.kind !== "noResponse") this.markInspected();
		return reply;
	}
}

function forwarded(service: DeployedService): DoctorRequest["headers"] {
	const scheme = service.plan.publicOrigin.startsWith("https:") ? "https" : "http";
	const authority = authorityOf(service);
	const port = /:(\d+)$/.exec(authority)?.[1] ?? (scheme === "https" ? "443" : "80");
	return [
		["X-Forwarded-Proto", scheme],
		["X-Forwarded-Host", authority],
		["X-Forwarded-Port", port],
	];
}
