import { randomBytes } from "node:crypto";

export interface HttpSession {
	readonly id: string;
	readonly attributes: Map<string, string>;
}

const KEPT = 20_000;

/**
 * Tomcat's HttpSessions of one node: one manager for each web application, in memory, neither persisted nor replicated
 * (`<Manager pathname="">` in WSO2's context.xml).
 */
export class HttpSessions {
	readonly #sessions = new Map<string, HttpSession>();

	find(contextPath: string, id: string): HttpSession | undefined {
		return this.#sessions.get(`${contextPath} ${id}`);
	}

	/** @param jvmRoute ends its id, behind a dot; "" = none */
	create(contextPath: string, jvmRoute = ""): HttpSession {
		const id = randomBytes(16).toString("hex").toUpperCase();
		const session: HttpSession = { id: jvmRoute === "" ? id : `${id}.${jvmRoute}`, attributes: new Map() };
		this.#sessions.set(`${contextPath} ${session.id}`, session);
		if (this.#sessions.size > KEPT) this.#dropOldest();
		return session;
	}

	#dropOldest(): void {
		const oldest = this.#sessions.keys().next();
		if (oldest.done !== true) this.#sessions.delete(oldest.value);
	}
}
