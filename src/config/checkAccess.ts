/** Who may use what: addresses, names of networks, users and their hashes. */
import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { type HtpasswdUser, parseHtpasswd } from "../auth/htpasswd.ts";
import { isWeak, parsePasswordHash } from "../auth/passwordHash.ts";
import { CidrSet } from "../http/cidr.ts";
import { EVERYONE } from "./accessSchema.ts";
import { reasonOf } from "./certificates.ts";
import { checkCidrs, warnOfEveryone } from "./checkValues.ts";
import { quote } from "./problem.ts";
import type { ProblemReport } from "./problemReport.ts";
import type { Config } from "./schema.ts";
import type { ConfigPath } from "./source.ts";
import { nearest } from "./suggest.ts";

const OPEN_CONSOLES = {
	problem: "every client may use the restricted paths, such as consoles and management APIs",
	hint: "list your own networks; put a path for every client into `access.open`",
};
const SAMPLE = "such as 10.0.0.0/8, 192.0.2.1 or 2001:db8::/32, or a name of `networks`";

export function checkAccess(config: Config, report: ProblemReport): void {
	for (const [name, list] of Object.entries(config.networks)) checkCidrs(list, ["networks", name], report);
	for (const [name, { access, routes }] of Object.entries(config.services)) {
		const path: ConfigPath = ["services", name];
		const restricted: ConfigPath = [...path, "access", "restricted"];
		checkList(config, access.restricted.allow, [...restricted, "allow"], report);
		warnOfEveryone(access.restricted.allow, [...restricted, "allow"], OPEN_CONSOLES, report);
		checkPair(config, access, [...path, "access"], report);
		checkUserList(config, access.basicAuth, [...path, "access", "basicAuth"], report);
		checkUserList(config, access.restricted.basicAuth, [...restricted, "basicAuth"], report);
		routes.forEach((route, index) => {
			const at: ConfigPath = [...path, "routes", index];
			checkPair(config, route, at, report);
			checkUserList(config, route.basicAuth, [...at, "basicAuth"], report);
			if (route.access === "blocked") {
				for (const key of ["allow", "deny", "basicAuth"] as const) {
					if (route[key] !== undefined)
						report.problem([...at, key], `${quote(key)} has no meaning on a blocked route`, "use `access: restricted`", "key");
				}
			}
			if (route.access === "restricted" && route.allow !== undefined) warnOfEveryone(route.allow, [...at, "allow"], OPEN_CONSOLES, report);
		});
	}
	checkHashes(config, report);
}

type Lists = { readonly allow?: readonly string[] | undefined; readonly deny?: readonly string[] | undefined };

function checkPair(config: Config, { allow = [], deny = [] }: Lists, path: ConfigPath, report: ProblemReport): void {
	const [inAllow, inDeny]: [ConfigPath, ConfigPath] = [
		[...path, "allow"],
		[...path, "deny"],
	];
	checkList(config, allow, inAllow, report);
	checkList(config, deny, inDeny, report);
	allow.forEach((each, index) => {
		if (deny.includes(each))
			report.problem([...inAllow, index], `${quote(each)} is allowed and denied`, "of two networks of one size, `deny` wins: keep one");
	});
}

/** `all` and names of networks too. By the code that matches addresses later. */
function checkList(config: Config, list: readonly string[], path: ConfigPath, report: ProblemReport): void {
	const names = Object.keys(config.networks);
	list.forEach((each, index) => {
		if (each === EVERYONE || names.includes(each)) return;
		try {
			CidrSet.of([each]);
		} catch (error) {
			const at = report.isList(path) ? [...path, index] : path;
			const meant = nearest(each, names);
			if (/[./:]/.test(each) && !isHostName(each)) report.problem(at, error instanceof Error ? error.message : each, SAMPLE);
			else if (meant === undefined && isHostName(each))
				report.problem(at, `${quote(each)} is a name of a host`, `names prove nothing about a client: ${SAMPLE}`);
			else report.problem(at, `there are no networks ${quote(each)}`, meant === undefined ? SAMPLE : `did you mean ${quote(meant)}?`);
		}
	});
}

function isHostName(text: string): boolean {
	return /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}$/i.test(text);
}

function checkUserList(config: Config, name: string | undefined, path: ConfigPath, report: ProblemReport): void {
	if (name === undefined || name === "off") return;
	const names = Object.keys(config.basicAuth);
	if (names.includes(name)) return;
	const meant = nearest(name, names);
	const known = names.length === 0 ? "write it under `basicAuth` of the file" : `there are: ${names.join(", ")}`;
	report.problem(path, `there are no users ${quote(name)}`, meant === undefined ? known : `did you mean ${quote(meant)}?`);
}

function checkHashes({ basicAuth }: Config, report: ProblemReport): void {
	for (const [list, { users, htpasswd }] of Object.entries(basicAuth)) {
		const path: ConfigPath = ["basicAuth", list];
		if (users.length === 0 && htpasswd.length === 0) report.problem(path, "the list has no users", "write `users` or `htpasswd`", "key");
		const seen = new Set<string>();
		users.forEach(({ name, password }, index) => {
			const at: ConfigPath = [...path, "users", index, "password"];
			const hash = parsePasswordHash(password);
			if ("problem" in hash) report.problem(at, hash.problem, hash.hint);
			else if (isWeak(hash)) report.warning(at, "this hash is quick to guess", "make a new one: portico hash-password");
			if (seen.has(name)) report.problem([...path, "users", index, "name"], "the user is listed already", "keep one of them");
			seen.add(name);
		});
	}
}

/** More is no file of users. */
const LARGEST = 1024 * 1024;

/** Reads the htpasswd files, each once. Lines are reported where their file is named. Never throws. */
export async function loadHtpasswd(
	{ basicAuth }: Config,
	report: ProblemReport,
	directory: string,
): Promise<Map<string, readonly HtpasswdUser[]>> {
	const loaded = new Map<string, readonly HtpasswdUser[]>();
	for (const [list, { users: own, htpasswd }] of Object.entries(basicAuth)) {
		const seen = new Set(own.map(({ name }) => name));
		for (const [index, file] of htpasswd.entries()) {
			const path: ConfigPath = ["basicAuth", list, "htpasswd"];
			const at = report.isList(path) ? [...path, index] : path;
			const users = loaded.get(file) ?? (await readUsers(resolve(directory, file), file, at, report));
			loaded.set(file, users);
			const twice = users.find(({ name }) => seen.has(name));
			if (twice !== undefined) report.problem(at, "a user of this file is listed already", "each user has one password");
			for (const { name } of users) seen.add(name);
		}
	}
	return loaded;
}

async function readUsers(path: string, name: string, at: ConfigPath, report: ProblemReport): Promise<readonly HtpasswdUser[]> {
	let text: string;
	try {
		const found = await stat(path);
		if (!found.isFile() || found.size > LARGEST) {
			report.problem(at, found.isFile() ? `the file has more than ${LARGEST} bytes` : "this is no file", `looked at ${path}`);
			return [];
		}
		text = await readFile(path, "utf8");
		if ((found.mode & 0o004) !== 0) report.warning(at, "every user of this machine can read these hashes", `chmod o-rwx ${path}`);
	} catch (error) {
		report.problem(at, `the file cannot be read (${reasonOf(error)})`, `looked for ${path}`);
		return [];
	}
	const { users, problems } = parseHtpasswd(text);
	for (const { line, problem, hint } of problems) report.problem(at, `${name}:${line}: ${problem}`, hint);
	if (users.length === 0 && problems.length === 0) report.problem(at, "the file has no users", "htpasswd -B FILE NAME adds one");
	const weak = users.filter(({ hash }) => {
		const parsed = parsePasswordHash(hash);
		return !("problem" in parsed) && isWeak(parsed);
	});
	if (weak.length > 0)
		report.warning(
			at,
			`${weak.length} of its hashes ${weak.length === 1 ? "is" : "are"} quick to guess`,
			"htpasswd -B -C 12 makes better ones",
		);
	return users;
}
