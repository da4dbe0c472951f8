/** Basic authentication (RFC 7617) before a route. */
import { basicCredentials } from "../auth/basicCredentials.ts";
import type { PasswordChecks, PasswordResult, StoredPassword } from "../auth/passwordChecks.ts";
import { parsePasswordHash } from "../auth/passwordHash.ts";
import type { UserListPlan } from "../plan/users.ts";
import type { FullGate, GateVerdict } from "./fullGate.ts";
import type { AdmittedRequest } from "./request.ts";

/** Lifetime: snapshot. */
export class BasicAuthGate implements FullGate {
	readonly #challenge: string;
	readonly #passAuthorization: boolean;
	readonly #stored: readonly StoredPassword[];
	readonly #byName: ReadonlyMap<string, StoredPassword>;
	readonly #checks: PasswordChecks;

	/** @throws Error if a hash cannot be used (the configuration has checked it before), or there is no user */
	constructor({ realm, users, passAuthorization }: UserListPlan, checks: PasswordChecks) {
		this.#challenge = `Basic realm="${realm.replace(/["\\]/g, "\\$&")}", charset="UTF-8"`;
		this.#passAuthorization = passAuthorization;
		this.#checks = checks;
		const stored = users.map(([name, text]): readonly [string, StoredPassword] => {
			const hash = parsePasswordHash(text);
			if ("problem" in hash) throw new Error(`a password: ${hash.problem}`);
			return [name, { text, hash, isKnown: true }];
		});
		this.#byName = new Map(stored);
		this.#stored = stored.map(([, each]) => each);
	}

	ask({ head, clientAddress }: AdmittedRequest, isWanted: () => boolean): GateVerdict | Promise<GateVerdict> {
		const credentials = basicCredentials(head.headers);
		if (credentials === null) return this.#refusal("auth.required");
		const { user } = credentials;
		const result = this.#checks.check(credentials, this.#byName.get(user) ?? this.#decoy(user), clientAddress, isWanted);
		return result instanceof Promise ? result.then((each) => this.#verdict(user, each)) : this.#verdict(user, result);
	}

	#verdict(user: string, result: PasswordResult): GateVerdict {
		switch (result.kind) {
			case "right":
				return { kind: "passed", signedIn: { user, passAuthorization: this.#passAuthorization } };
			case "wrong":
				return this.#refusal("auth.failed");
			case "wait":
				return {
					...{ kind: "refused", code: "authentication_throttled", rule: "auth.throttled" },
					fields: { retryAfter: result.milliseconds / 1000 },
				};
		}
	}

	#refusal(rule: "auth.required" | "auth.failed"): GateVerdict {
		return { kind: "refused", code: "authentication_required", rule, fields: { challenge: this.#challenge } };
	}

	/** A user that is not there costs what one costs that is, and always the same one: the time of the response says nothing. */
	#decoy(user: string): StoredPassword {
		let sum = 0;
		for (let index = 0; index < user.length; index++) sum = (sum * 31 + user.charCodeAt(index)) >>> 0;
		const [first] = this.#stored;
		const chosen = this.#stored[sum % this.#stored.length] ?? first;
		if (chosen === undefined) throw new Error("a list without users");
		return { ...chosen, isKnown: false };
	}
}
