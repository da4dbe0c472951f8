/** Redirects and fixed responses: what cannot be, what never ends, and what two entries both want. */
import { authorityKey, parseAbsolute } from "../http/uri.ts";
import type { Plan } from "../plan/plan.ts";
import { compileRedirect, namesIn, partsOf } from "../rewrite/redirectTarget.ts";
import { findOwnAmbiguity, Router } from "../route/router.ts";
import { wildcardOf } from "../route/wildcardHost.ts";
import { responseRefusal } from "./checkHeaders.ts";
import { compile } from "./compile.ts";
import { allHosts, publicOrigin } from "./hosts.ts";
import { type WrittenOwnRoute, writtenOwnRoutes } from "./ownRoutes.ts";
import { quote } from "./problem.ts";
import type { ProblemReport } from "./problemReport.ts";
import type { FixedResponseConfig, RedirectConfig } from "./redirectsSchema.ts";
import type { Config } from "./schema.ts";
import type { ConfigPath } from "./source.ts";

/** `isSound`: the routes are free of problems, so that redirects can be followed through them. */
export function checkOwnRoutes(config: Config, report: ProblemReport, isSound: boolean): void {
	const written = writtenOwnRoutes(config);
	if (written.length === 0) return;
	const before = report.problems.length;
	for (const entry of written) {
		checkHosts(config, entry, report);
		if (entry.redirect !== null) checkRedirect(config, entry, entry.redirect, report);
		if (entry.fixed !== null) checkFixed(entry.fixed, entry.at, report);
	}
	if (!isSound || report.problems.length > before) return;
	const { plan } = compile(config, { directory: "/", certificates: new Map(), cas: new Map(), htpasswd: new Map(), pages: new Map() }, 1);
	const clash = findOwnAmbiguity(plan);
	if (clash !== null) {
		const at = written[plan.ownRoutes.indexOf(clash.b)]?.at ?? [];
		const rival = written[plan.ownRoutes.findIndex(({ id }) => id === clash.a.id)];
		const where = rival === undefined ? quote(clash.a.id) : `${quote(clash.a.id)} (${report.line(rival.at)})`;
		report.problem(at, `${quote(clash.b.id)} and ${where} take the same requests`, "keep one of them, or give them different hosts");
		return;
	}
	checkLoops(plan, written, report);
	warnOfBareContexts(plan, written, report);
}

function checkHosts(config: Config, { hosts, at }: WrittenOwnRoute, report: ProblemReport): void {
	const scheme = publicOrigin(config)?.scheme ?? "https";
	hosts?.forEach((host, index) => {
		if (host !== "*" && authorityKey(host, scheme) === null)
			report.problem([...at, "hosts", index], `${quote(host)} is not a host`, "write host or host:port, without scheme or path");
	});
}

function checkRedirect(config: Config, { hosts, at }: WrittenOwnRoute, redirect: RedirectConfig, report: ProblemReport): void {
	const { from, to, match, keepPath, keepQuery } = redirect;
	const { origin, tail } = partsOf(to);
	const names = new Set(namesIn(from));
	if (names.size < namesIn(from).length) report.problem([...at, "from"], "a name stands twice in the path", "give each its own");
	if (namesIn(origin).length > 0)
		report.problem([...at, "to"], "the host of a target holds no `{name}`", "clients could choose where they are sent");
	for (const name of namesIn(to)) if (!names.has(name)) report.problem([...at, "to"], `\`from\` has no {${name}}`, namesHint([...names]));
	if (/[{}]/.test(to.replaceAll(/\{[A-Za-z_][A-Za-z0-9_-]*\}/g, "")))
		report.problem([...at, "to"], "a brace stands alone", "a name is {name}; write %7B and %7D for braces");
	if (origin !== "" && namesIn(origin).length === 0 && parseAbsolute(to.replaceAll(/[{}]/g, "")) === null)
		report.problem([...at, "to"], `${quote(to)} is not a URL`, "such as https://sso.example.com/devportal/");
	if (match === "exact" && keepPath !== undefined)
		report.problem([...at, "keepPath"], "`keepPath` has no meaning without `match: prefix`", undefined, "key");
	if (keepQuery === true && tail.includes("?")) report.problem([...at, "keepQuery"], "`to` has a query of its own", "remove one of them");
	const strange = hosts === null ? undefined : hosts.find((host) => !isServed(config, host));
	if (origin === "" && strange !== undefined)
		report.problem(
			[...at, "to"],
			`nothing else is served on ${strange === "*" ? "an unknown host" : quote(strange)}`,
			`name the host that serves it: ${config.public.replace(/\/$/, "")}${to}`,
		);
}

function namesHint(names: readonly string[]): string {
	return names.length === 0
		? "name a part of the path in `from`: from: '/t/{tenant}'"
		: `it has ${names.map((name) => `{${name}}`).join(", ")}`;
}

function isServed(config: Config, host: string): boolean {
	const key = authorityKey(host, publicOrigin(config)?.scheme ?? "https");
	return Object.entries(config.services).some(([name, service]) => key !== null && allHosts(config, name, service).includes(key));
}

/** Without a body (RFC 9110 sections 15.3.5 and 15.3.6). */
const BODILESS: ReadonlySet<number> = new Set([204, 205]);
const OF_REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 304, 307, 308]);

function checkFixed({ status, body, file, type, headers }: FixedResponseConfig, at: ConfigPath, report: ProblemReport): void {
	if (body !== undefined && file !== undefined)
		report.problem([...at, "file"], "`body` and `file` exclude each other", "keep one of them", "key");
	if (OF_REDIRECTS.has(status))
		report.problem(
			[...at, "status"],
			`${status} is no status of a fixed response`,
			status === 304 ? "Portico itself sends 304" : "use `redirects`",
		);
	if (BODILESS.has(status) && (body !== undefined || file !== undefined))
		report.problem([...at, "status"], `a response with ${status} has no body`, "remove the body, or use 200");
	if (type !== undefined && body === undefined && file === undefined)
		report.warning([...at, "type"], "there is no body whose type this is", "add `body` or `file`", "key");
	for (const name of Object.keys(headers)) {
		const key = name.toLowerCase();
		const refusal =
			key === "content-type"
				? "use `type`"
				: key === "etag" || key === "last-modified"
					? "Portico makes the ETag from the content"
					: responseRefusal({ action: "set", name });
		if (refusal !== undefined) report.problem([...at, "headers", name], `${quote(name)} cannot be set`, refusal, "key");
	}
}

/** An entry for everything takes paths that pages of a product request without the prefix of their service. */
function warnOfBareContexts({ ownRoutes, routes, services }: Plan, written: readonly WrittenOwnRoute[], report: ProblemReport): void {
	const bare = [...new Set(routes.filter((route) => route.bare).map(({ service }) => services[service]))].flatMap(
		(service) => service ?? [],
	);
	ownRoutes.forEach(({ pattern, exact, hosts: own }, index) => {
		if (pattern !== "/" || exact) return;
		const hit = bare.find((each) => own === null || each.hosts.some((host) => own.includes(host)));
		const { at = [], redirect } = written[index] ?? {};
		if (hit === undefined) return;
		report.warning(
			[...at, redirect === null ? "path" : "from"],
			`this takes paths without a prefix, such as /commonauth, which logins of ${quote(hit.name)} need`,
			"leave out `match: prefix`, or name the `hosts` that it is for",
		);
	});
}

/** A client gives up long before (browsers at 20). */
const MOST_STEPS = 30;

/** Each redirect is followed from its own path, and from a path below it. */
function checkLoops(plan: Plan, written: readonly WrittenOwnRoute[], report: ProblemReport): void {
	const router = Router.build(plan);
	const publicHost = plan.publicOrigin.replace(/^https?:\/\//, "");
	const scheme = plan.publicOrigin.startsWith("http:") ? "http" : "https";
	const targets = plan.ownRoutes.map(({ pattern, exact, response }) =>
		response.kind === "redirect" ? compileRedirect({ pattern, exact, ...response }) : null,
	);
	plan.ownRoutes.forEach(({ hosts, pattern, exact }, index) => {
		if (targets[index] === null) return;
		const host = hosts === null ? publicHost : (hosts.find((each) => each !== "*")?.replace(/^\*/, "x") ?? "unknown.invalid");
		const sample = pattern.replaceAll(/\{[^}]*\}/g, "x");
		for (const start of exact ? [sample] : [sample, `${sample.replace(/\/$/, "")}/x`]) {
			const steps = follow(host, start);
			if (steps === null) continue;
			report.problem(
				[...(written[index]?.at ?? []), "to"],
				`${start} is redirected in a loop: ${steps.join(" → ")}`,
				"send it to a path that no redirect takes",
			);
			return;
		}
	});

	/** The first steps of a loop; null: it ends. */
	function follow(firstHost: string, firstPath: string): string[] | null {
		let [host, path] = [firstHost, firstPath];
		const seen = [path];
		for (let step = 0; step < MOST_STEPS; step++) {
			const decision = router.decide({ authority: host, path, method: "GET", upgrade: null, clientAddress: "192.0.2.1" });
			const target = decision.kind === "own" ? targets[decision.index] : null;
			if (target === null || target === undefined) return null;
			const url = target(path, "").replace(/[?#].*$/s, "");
			const parts = parseAbsolute(url);
			const next = parts === null ? host : authorityKey(`${parts.host}:${parts.port}`, parts.scheme === "http" ? "http" : scheme);
			// Elsewhere, as far as can be told.
			if (next === null || (parts !== null && !isKnown(next))) return null;
			host = next;
			path = parts === null ? url : parts.rest || "/";
			seen.push(parts === null ? path : url);
			if (path === firstPath && host === firstHost) return seen.slice(0, 4);
		}
		return seen.slice(0, 4);
	}

	function isKnown(host: string): boolean {
		return (
			plan.services.some(({ hosts }) => hosts.includes(host) || hosts.includes(wildcardOf(host))) ||
			plan.ownRoutes.some(({ hosts }) => hosts?.includes(host) === true)
		);
	}
}
