/** htpasswd files of Apache httpd: `name:hash`, one user a line. Pure. */
import { type HashProblem, parsePasswordHash } from "./passwordHash.ts";

export interface HtpasswdUser {
	readonly name: string;
	readonly hash: string;
}

export interface HtpasswdProblem extends HashProblem {
	/** From 1. */
	readonly line: number;
}

/** Users in the order of the file, and what is wrong, a problem a line. Empty lines and lines with `#` are skipped. */
export function parseHtpasswd(text: string): { readonly users: readonly HtpasswdUser[]; readonly problems: readonly HtpasswdProblem[] } {
	const users: HtpasswdUser[] = [];
	const problems: HtpasswdProblem[] = [];
	const seen = new Map<string, number>();
	for (const [index, raw] of text.split("\n").entries()) {
		const entry = raw.replace(/\r$/, "");
		if (entry.trim() === "" || entry.startsWith("#")) continue;
		const line = index + 1;
		const colon = entry.indexOf(":");
		if (colon < 1) {
			problems.push({ line, problem: "the line is not name:hash", hint: "htpasswd -B writes it" });
			continue;
		}
		const name = entry.slice(0, colon);
		// Apache lets comments follow the hash.
		const [hash = ""] = entry.slice(colon + 1).split(":");
		const parsed = parsePasswordHash(hash);
		const first = seen.get(name);
		if ("problem" in parsed) problems.push({ line, ...parsed });
		else if (first !== undefined) problems.push({ line, problem: `the user has a line already: ${first}`, hint: "keep one of them" });
		else users.push({ name, hash });
		seen.set(name, first ?? line);
	}
	return { users, problems };
}
