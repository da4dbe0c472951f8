import type { HeaderList } from "../http/headers.ts";
import type { BodyLength } from "../http/message.ts";
import type { LoginPlan } from "../plan/service.ts";
import type { AffinityClaim } from "./claim.ts";
import { type FlowParameter, flowOfForm, flowOfRequest, flowOfSoap, flowsOfLocation, soleParameter } from "./flowParameters.ts";
import type { AffinityStore, KeyMaker } from "./memory.ts";

/** Bytes of a body that is waited for. */
const LARGEST_BODY = 64 * 1024;
/** Codes and artifacts are good for one use. */
const ONCE: ReadonlySet<string> = new Set(["code", "SAMLart"]);

/**
 * Keeps a login under way on its node where a hop comes back without a cookie: what a redirect of the node holds leads there. Lifetime: snapshot.
 */
export class Flows {
	readonly #logins: LoginPlan;
	readonly #memory: AffinityStore;
	readonly #keys: KeyMaker;
	readonly #nodeOf: (member: number) => string | undefined;

	/** @param nodeOf by member id */
	constructor(logins: LoginPlan, memory: AffinityStore, keys: KeyMaker, nodeOf: (member: number) => string | undefined) {
		this.#logins = logins;
		this.#memory = memory;
		this.#keys = keys;
		this.#nodeOf = nodeOf;
	}

	/** @param target path and query @param wall milliseconds since the epoch */
	claimOf(target: string, wall: number): AffinityClaim | null {
		const query = target.indexOf("?");
		return query === -1 ? null : this.#claim(flowOfRequest(this.#logins, target.slice(query)), wall);
	}

	/** @param form an urlencoded body */
	claimOfForm(form: string, wall: number): AffinityClaim | null {
		return this.#claim(flowOfForm(this.#logins, form), wall);
	}

	/** Only its body can tell: a form or a SOAP message, complete soon. */
	isInBody(method: string, headers: HeaderList, body: BodyLength): boolean {
		return isShort(method, headers, body) && (mediaType(headers) === FORM || SOAP.has(mediaType(headers)));
	}

	/** @param text the body that {@link isInBody} asked for, one character for each byte */
	claimOfBody(headers: HeaderList, text: string, wall: number): AffinityClaim | null {
		return this.#claim(mediaType(headers) === FORM ? flowOfForm(this.#logins, text) : flowOfSoap(text), wall);
	}

	/**
	 * A member has answered.
	 *
	 * @param claim what led the request there @param target path and query of the request @param location null where it is no redirect
	 */
	answered(claim: AffinityClaim | null, target: string, status: number, location: string | null, member: number, wall: number): void {
		const second = Math.floor(wall / 1000);
		if (claim?.flow?.once === true && status < 500) this.#memory.drop(claim.flow.key);
		if (location === null) return;
		const until = second + this.#logins.lifetime / 1000;
		for (const flow of flowsOfLocation(this.#logins, location)) this.#memory.put(this.#keyOf(flow), member, second, until);
		this.#end(target, location);
	}

	/** A page's key that the redirect does not go on with has had its turn. */
	#end(target: string, location: string): void {
		const query = target.indexOf("?");
		const [kind] = this.#logins.keys;
		const ended = query === -1 || kind === undefined ? null : soleParameter(target.slice(query), kind);
		if (kind === undefined || ended === null || soleParameter(location, kind) === ended) return;
		this.#memory.drop(this.#keyOf({ kind, value: ended }));
	}

	#claim(flow: FlowParameter | null, wall: number): AffinityClaim | null {
		if (flow === null) return null;
		const key = this.#keyOf(flow);
		const node = this.#nodeOf(this.#memory.get(key, Math.floor(wall / 1000)));
		return node === undefined ? null : { node, session: null, cookie: null, flow: { key, once: ONCE.has(flow.kind) } };
	}

	#keyOf({ kind, value }: FlowParameter) {
		return this.#keys.keyOf(`flow ${kind}`, value);
	}
}

/** A form that is complete soon. */
export function isShortForm(method: string, headers: HeaderList, body: BodyLength): boolean {
	return isShort(method, headers, body) && mediaType(headers) === FORM;
}

function isShort(method: string, headers: HeaderList, body: BodyLength): boolean {
	return method === "POST" && body > 0 && body <= LARGEST_BODY && !headers.has("content-encoding");
}

const FORM = "application/x-www-form-urlencoded";
/** SOAP 1.1 and 1.2. */
const SOAP: ReadonlySet<string> = new Set(["text/xml", "application/soap+xml"]);

/** Lower case, without parameters; empty where it is not told. */
function mediaType(headers: HeaderList): string {
	const type = headers.get("content-type") ?? "";
	// As nearly all write it.
	if (type === FORM) return FORM;
	const semicolon = type.indexOf(";");
	return (semicolon === -1 ? type : type.slice(0, semicolon)).trim().toLowerCase();
}
