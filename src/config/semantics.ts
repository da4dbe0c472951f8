/** What the schema cannot tell: whether the parts of a valid file fit together, and whether the files it names are good. */
import { authorityKey, parseAbsolute } from "../http/uri.ts";
import { compileFormat } from "../log/logFormat.ts";
import { checkAccess } from "./checkAccess.ts";
import { checkAdmin } from "./checkAdmin.ts";
import { checkAffinity } from "./checkAffinity.ts";
import { checkBalance } from "./checkBalance.ts";
import { checkConsoles } from "./checkConsoles.ts";
import { checkCookies } from "./checkCookies.ts";
import { checkFiles } from "./checkFiles.ts";
import { checkHeaders } from "./checkHeaders.ts";
import { checkHealth } from "./checkHealth.ts";
import { checkListeners } from "./checkListeners.ts";
import { checkOwnRoutes } from "./checkOwnRoutes.ts";
import { checkRetry } from "./checkRetry.ts";
import { checkRoutes } from "./checkRoutes.ts";
import { checkServices } from "./checkServices.ts";
import { checkCidrs, warnOfEveryone } from "./checkValues.ts";
import type { FileTexts } from "./compile.ts";
import { meantValue } from "./habits.ts";
import { publicOrigin } from "./hosts.ts";
import type { Places } from "./places.ts";
import { type Problem, quote } from "./problem.ts";
import { ProblemReport } from "./problemReport.ts";
import type { Config } from "./schema.ts";
import type { ConfigPath } from "./source.ts";
import { nearest } from "./suggest.ts";

export interface Checked {
	readonly problems: readonly Problem[];
	readonly warnings: readonly Problem[];
	readonly files: FileTexts;
}

const EVERY_PROXY = {
	problem: "every address is a trusted proxy, so clients can forge their address",
	hint: "list only the load balancers in front of Portico",
};

/**
 * All problems of a configuration whose shape is right. `directory`: where relative file names start; `now`: milliseconds since the epoch;
 * `isIgnored`: places not to be told about.
 */
export async function checkConfig(
	config: Config,
	places: Places,
	directory: string,
	now: number,
	isIgnored?: (path: ConfigPath) => boolean,
): Promise<Checked> {
	const report = new ProblemReport(places, isIgnored);
	checkPublic(config, report);
	checkCidrs(config.trustedProxies, ["trustedProxies"], report);
	warnOfEveryone(config.trustedProxies, ["trustedProxies"], EVERY_PROXY, report);
	checkHeaders(config, [], report);
	checkCidrs(config.maintenance.allow ?? [], ["maintenance", "allow"], report);
	for (const [name, { maintenance, interceptErrors, errorPages }] of Object.entries(config.services)) {
		checkCidrs(maintenance.allow ?? [], ["services", name, "maintenance", "allow"], report);
		if (interceptErrors.length > 0 && Object.keys({ ...config.errorPages, ...errorPages }).length === 0)
			report.warning(["services", name, "interceptErrors"], "there are no pages to send instead", "add `errorPages`", "key");
	}
	checkListeners(config, report);
	checkAdmin(config, report);
	const before = report.problems.length;
	checkServices(config, report);
	checkAccess(config, report);
	checkAffinity(config, report);
	checkCookies(config, report);
	checkBalance(config, report);
	checkHealth(config, report);
	checkRetry(config, report);
	checkRoutes(config, report, report.problems.length === before);
	checkOwnRoutes(config, report, report.problems.length === before);
	checkConsoles(config, report);
	checkAccessLogs(config, report);
	const files = await checkFiles(config, report, directory, now);
	return { problems: report.problems, warnings: report.warnings, files };
}

function checkPublic(config: Config, report: ProblemReport): void {
	const origin = publicOrigin(config);
	if (origin === null) {
		report.problem(["public"], `${quote(config.public)} is not an origin`, originHint(config.public));
		return;
	}
	if (origin.scheme === "http" && !/^(?:localhost|127\.|\[::1\])/.test(origin.authority)) {
		report.warning(["public"], "the public origin is not https", "WSO2's cookies are Secure: browsers do not send them over plain http");
	}
	const seen = new Set([origin.authority]);
	config.hosts.forEach((host, index) => {
		const key = authorityKey(host, origin.scheme);
		if (key === null) report.problem(["hosts", index], `${quote(host)} is not a host`, "write host or host:port");
		else if (seen.has(key))
			report.problem(["hosts", index], `${quote(host)} is already listed`, "`hosts` are the hosts in addition to the one of `public`");
		else seen.add(key);
	});
}

function originHint(written: string): string {
	const parts = parseAbsolute(written);
	if (parts !== null) return `remove everything after the host: ${written.slice(0, written.length - parts.rest.length)}`;
	if (!/^[a-z]+:\/\//i.test(written)) return `write https://${written.replace(/[/?#].*$/s, "")}`;
	return "write https://host or https://host:port";
}

/** Formats with a name; others hold directives: `%h`. */
const FORMATS: readonly string[] = ["combined", "common", "json"];

function checkAccessLogs(config: Config, report: ProblemReport): void {
	const names = Object.keys(config.services);
	config.accessLog.forEach((log, index) => {
		const isOne = config.accessLog.length === 1;
		const path: ConfigPath = isOne ? ["accessLog"] : ["accessLog", index];
		if (log.syslog !== undefined && log.path !== "-")
			report.problem([...path, "path"], "`path` and `syslog` exclude each other", "write two logs in a list for both", "key");
		if (!FORMATS.includes(log.format) && !log.format.includes("%")) {
			const meant = meantValue(log.format, FORMATS);
			report.problem(
				[...path, "format"],
				`${quote(log.format)} is not a format: every line would contain only this text`,
				meant === undefined ? "combined, common, json, or an Apache LogFormat string" : `did you mean ${quote(meant)}?`,
			);
			return;
		}
		try {
			compileFormat(
				log.format,
				log.mask.map((name) => name.toLowerCase()),
			);
		} catch (error) {
			report.problem(
				[...path, "format"],
				error instanceof Error ? error.message : "this log format is invalid",
				log.format.includes("$")
					? "variables of nginx and HAProxy are not known: docs/reference/log-events.md lists what is"
					: "docs/reference/log-events.md lists all directives",
			);
		}
		log.services?.forEach((name, at) => {
			if (names.includes(name)) return;
			const meant = nearest(name, names);
			report.problem(
				[...path, "services", at],
				`there is no service ${quote(name)}`,
				meant === undefined ? undefined : `did you mean ${quote(meant)}?`,
			);
		});
	});
}
