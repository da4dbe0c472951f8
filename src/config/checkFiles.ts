/** The files that a configuration names: certificates, keys, CA bundles, logs. */

import { stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { CertificatePlan } from "../plan/listener.ts";
import { type Finding, type LoadedCertificate, loadCa, loadCertificate } from "./certificates.ts";
import { loadHtpasswd } from "./checkAccess.ts";
import { certificateKey, type FileTexts } from "./compile.ts";
import { allHosts, hostOf, publicOrigin } from "./hosts.ts";
import { ownRouteHosts, writtenOwnRoutes } from "./ownRoutes.ts";
import { pageProblem, readPageFile } from "./pageFiles.ts";
import { writtenPages } from "./pages.ts";
import { LARGEST_PAGE } from "./pagesSchema.ts";
import type { ProblemReport } from "./problemReport.ts";
import { LARGEST_BODY } from "./redirectsSchema.ts";
import type { Config } from "./schema.ts";
import type { ConfigPath } from "./source.ts";

/** Reads and checks all files, each once, and reports what is found where it is named first. */
export async function checkFiles(config: Config, report: ProblemReport, directory: string, now: number): Promise<FileTexts> {
	const loaded = new Map<string, LoadedCertificate>();
	for (const [index, listener] of config.listeners.entries()) {
		for (const [at, names] of (listener.tls?.certificates ?? []).entries()) {
			const key = certificateKey(names);
			if (loaded.has(key)) continue;
			const certificate = await loadCertificate(directory, names, now);
			loaded.set(key, certificate);
			for (const finding of certificate.findings) tell(report, ["listeners", index, "tls", "certificates", at, finding.about], finding);
		}
	}
	checkCoverage(config, report, loaded);
	await checkLogFiles(config, report, directory);
	const certificates = new Map<string, CertificatePlan>();
	for (const [key, { plan }] of loaded) if (plan !== null) certificates.set(key, plan);
	const pages = await loadPages(config, report, directory);
	return {
		directory,
		certificates,
		cas: await loadCas(config, report, directory, now),
		htpasswd: await loadHtpasswd(config, report, directory),
		pages,
	};
}

/** Each file once, by its name as written. */
async function loadPages(config: Config, report: ProblemReport, directory: string): Promise<Map<string, Buffer>> {
	const pages = new Map<string, Buffer>();
	for (const { at, fixed } of writtenOwnRoutes(config)) {
		if (fixed?.file === undefined || pages.has(fixed.file)) continue;
		const read = await readPageFile(directory, fixed.file, LARGEST_BODY);
		if ("bytes" in read) pages.set(fixed.file, read.bytes);
		else report.problem([...at, "file"], read.problem, read.hint);
	}
	for (const { file, at, format } of writtenPages(config)) {
		const known = pages.get(file);
		const read = known === undefined ? await readPageFile(directory, file, LARGEST_PAGE) : { bytes: known };
		if (!("bytes" in read)) {
			report.problem(at, read.problem, read.hint);
			continue;
		}
		pages.set(file, read.bytes);
		const problem = pageProblem(read.bytes, format);
		if (problem !== null) report.problem(at, `${file}: ${problem.problem}`, problem.hint);
	}
	return pages;
}

/** Only looked at: a check must not make files. Opening them for good is for the start. */
async function checkLogFiles(config: Config, report: ProblemReport, directory: string): Promise<void> {
	for (const [index, { path, syslog }] of config.accessLog.entries()) {
		if (path === "-" || syslog !== undefined) continue;
		const parent = dirname(resolve(directory, path));
		const isDirectory = await stat(parent)
			.then((found) => found.isDirectory())
			.catch(() => false);
		const at: ConfigPath = config.accessLog.length === 1 ? ["accessLog", "path"] : ["accessLog", index, "path"];
		if (!isDirectory) report.warning(at, `the directory ${parent} does not exist here`, "create it before `portico run`");
	}
}

async function loadCas(config: Config, report: ProblemReport, directory: string, now: number): Promise<Map<string, string>> {
	const cas = new Map<string, string>();
	const seen = new Set<string>();
	for (const [name, service] of Object.entries(config.services)) {
		const file = service.tls?.ca ?? service.trust;
		if (file === undefined || seen.has(file)) continue;
		seen.add(file);
		const { text, findings } = await loadCa(directory, file, now);
		if (text !== null) cas.set(file, text);
		const path: ConfigPath = ["services", name, ...(service.tls?.ca === undefined ? ["trust"] : ["tls", "ca"])];
		for (const finding of findings) tell(report, path, finding);
	}
	return cas;
}

function tell(report: ProblemReport, path: ConfigPath, finding: Finding): void {
	if (finding.severity === "problem") report.problem(path, finding.problem, finding.hint);
	else report.warning(path, finding.problem, finding.hint);
}

/** A public host that no certificate of a listener names gives every browser a warning. */
function checkCoverage(config: Config, report: ProblemReport, loaded: ReadonlyMap<string, LoadedCertificate>): void {
	if (publicOrigin(config) === null) return;
	const authorities = Object.entries(config.services).flatMap(([name, service]) => allHosts(config, name, service));
	const hosts = [...new Set([...authorities, ...ownRouteHosts(config)].map(hostOf))];
	for (const [index, listener] of config.listeners.entries()) {
		const leaves = (listener.tls?.certificates ?? []).map((names) => loaded.get(certificateKey(names))?.leaf ?? null);
		if (leaves.length === 0 || leaves.includes(null)) continue;
		for (const host of hosts) {
			if (leaves.some((leaf) => leaf !== null && isCovered(leaf, host.replace("*", "name")))) continue;
			report.warning(
				["listeners", index, "tls", "certificates"],
				`no certificate of this listener is for ${host}`,
				"browsers will refuse it",
				"key",
			);
		}
	}
}

function isCovered(leaf: NonNullable<LoadedCertificate["leaf"]>, host: string): boolean {
	const address = host.startsWith("[") ? host.slice(1, -1) : /^\d+(?:\.\d+){3}$/.test(host) ? host : null;
	return (address === null ? leaf.checkHost(host) : leaf.checkIP(address)) !== undefined;
}
