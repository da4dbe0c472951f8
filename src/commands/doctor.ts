/** `portico doctor`: the problems of a running deployment, through Portico and at the nodes, with their fixes. */

import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import type { StatusReport } from "../admin/model.ts";
import { systemClock } from "../clock.ts";
import { formatProblems, loadConfig } from "../config/load.ts";
import { toMilliseconds } from "../config/units.ts";
import { deploymentOf } from "../doctor/deployment.ts";
import { reportJson, reportText } from "../doctor/doctorReport.ts";
import { DoctorSession, type FrontAddress } from "../doctor/doctorSession.ts";
import { runChecks, unknownId } from "../doctor/runChecks.ts";
import { listenerAddress } from "../doctor/target.ts";
import { normalizeAddress } from "../http/cidr.ts";
import type { Plan } from "../plan/plan.ts";
import { AdminClient, withoutUser } from "./adminClient.ts";
import { configFile, withConfigFile } from "./configFile.ts";
import type { Process } from "./run.ts";
import { isColoured } from "./terminal.ts";

interface Options {
	readonly config?: string;
	readonly resolve?: string;
	readonly admin?: string;
	readonly ca: readonly string[];
	readonly service: readonly string[];
	readonly tenant: readonly string[];
	readonly only: readonly string[];
	readonly skip: readonly string[];
	readonly timeout: string;
	readonly json?: boolean;
}

/** Nothing could be checked: the configuration or the arguments are wrong. */
const UNUSABLE = 3;
const LONGEST = 600_000;
/** WSO2 asks for a domain but accepts a single word. */
const TENANT = /^[A-Za-z0-9](?:[\w.-]{0,253}[A-Za-z0-9])?$/;

export function register(program: Command, process: Process): void {
	withConfigFile(
		program
			.command("doctor")
			.description(
				"check a running deployment through Portico and at the nodes; print problems, why they matter, and their fixes (exit code 0: nothing or advice, 1: warnings, 2: errors, 3: nothing could be checked)",
			),
	)
		.option(
			"--resolve <address>",
			"address of the public endpoint, ADDRESS or ADDRESS:PORT (default: a listener of the file, on this machine)",
		)
		.option("--admin <url>", "admin server of the running Portico (default: the one in the file)")
		.option("--ca <file>", "PEM file of a CA that clients trust in addition to the usual ones (repeatable)", collect, [])
		.option("--service <name>", "check only this service (repeatable)", collect, [])
		.option("--tenant <name>", "also check /t/NAME: issuer, endpoints, SAML metadata, login page, cookies (repeatable)", collect, [])
		.option("--only <ids>", "run only these checks or findings, such as oidc or oidc.issuer (comma-separated, repeatable)", collectIds, [])
		.option("--skip <ids>", "checks or findings to leave out (comma-separated, repeatable)", collectIds, [])
		.option("--timeout <duration>", "timeout of one request", "5s")
		.option("--json", "machine-readable output")
		.action(async (argument: string | undefined, options: Options) => {
			try {
				await doctor(configFile(argument, options.config, "doctor"), options, process);
			} catch (error) {
				process.err(`portico: ${error instanceof Error ? error.message : String(error)}\n`);
				process.exit(UNUSABLE);
			}
		});
}

async function doctor(file: string, options: Options, process: Process): Promise<void> {
	const loaded = await loadConfig(file, process.env);
	if ("problems" in loaded) {
		process.err(formatProblems(loaded.problems));
		return process.exit(UNUSABLE);
	}
	const { plan, accepted } = loaded;
	checkArguments(plan, options);
	const stranger = unknownId(accepted.map(({ finding }) => finding));
	if (stranger !== null)
		throw new Error(`\`doctor.accept\` of ${file}: there is no finding ${JSON.stringify(stranger)}; docs/doctor.md lists them`);
	const session = new DoctorSession({
		deployment: deploymentOf(plan, options.service.length === 0 ? null : new Set(options.service), options.tenant),
		front: frontAddress(plan, options.resolve),
		cas: await Promise.all(options.ca.map(authority)),
		timeout: toMilliseconds(options.timeout),
		now: systemClock.wall(),
		status: statusOf(plan, file, options.admin, process.env),
	});
	const diagnosis = await runChecks(session, options, accepted);
	const about = { file, public: plan.publicOrigin, time: new Date(session.now).toISOString() };
	process.out(
		options.json === true ? `${JSON.stringify(reportJson(diagnosis, about), null, 2)}\n` : reportText(diagnosis, file, isColoured(process)),
	);
	if (diagnosis.exitCode !== 0) process.exit(diagnosis.exitCode);
}

/** @throws Error with a message for the operator */
function checkArguments(plan: Plan, { service, tenant, only, skip, timeout }: Options): void {
	const names = plan.services.map(({ name }) => name);
	const stranger = service.find((name) => !names.includes(name));
	if (stranger !== undefined) throw new Error(`there is no service ${JSON.stringify(stranger)}; the file has ${names.join(", ")}`);
	const misnamed = tenant.find((name) => !TENANT.test(name));
	if (misnamed !== undefined) throw new Error(`${JSON.stringify(misnamed)} is not the name of a tenant, such as acme.com`);
	const unknown = unknownId([...only, ...skip]);
	if (unknown !== null) throw new Error(`there is no check ${JSON.stringify(unknown)}; docs/reference/doctor.md lists them`);
	const wait = toMilliseconds(timeout);
	if (!(wait > 0 && wait <= LONGEST))
		throw new Error(`${JSON.stringify(timeout)} is not a timeout: write a duration of up to 10m, such as 500ms or 5s`);
}

/** PEM. @throws Error with a message for the operator */
async function authority(file: string): Promise<string> {
	const text = await readFile(file, "utf8");
	try {
		new X509Certificate(text);
	} catch {
		throw new Error(`${file} contains no certificate in PEM format`);
	}
	return text;
}

/** The listener that serves the public origin, or the address of `--resolve`. @throws Error with a message for the operator */
function frontAddress(plan: Plan, resolve: string | undefined): FrontAddress | null {
	const scheme = plan.publicOrigin.startsWith("https:") ? "https" : "http";
	const listener = plan.listeners.find(
		({ tls, redirectToHttps, proxyProtocol }) => (tls !== null) === (scheme === "https") && !redirectToHttps && !proxyProtocol,
	);
	if (resolve === undefined) return listener === undefined || listener.port === 0 ? null : { scheme, ...listenerAddress(listener) };
	const [, bracketed, plainHost, port] = /^(?:\[([^\]]+)\]|([^:]+|[^:]*:[^:]*:.*?))(?::(\d{1,5}))?$/.exec(resolve) ?? [];
	const host = bracketed ?? plainHost ?? "";
	const publicPort = Number(URL.parse(plan.publicOrigin)?.port) || (scheme === "https" ? 443 : 80);
	const number = port === undefined ? publicPort : Number(port);
	if (host === "" || number > 65_535 || (host.includes(":") && normalizeAddress(host) === null))
		throw new Error(`${JSON.stringify(withoutUser(resolve))} is not an address: write 10.0.0.5, 10.0.0.5:8443 or [::1]:8443`);
	return { scheme, host, port: number };
}

/** Sends no token, even if there is one: the doctor must not open anything. */
function statusOf(plan: Plan, config: string, admin: string | undefined, env: Process["env"]): (() => Promise<StatusReport>) | null {
	if (admin === undefined && (plan.admin === null || plan.admin.port === 0)) return null;
	const { PORTICO_ADMIN_TOKEN: _, ...withoutToken } = env;
	return async () => (await AdminClient.for(admin === undefined ? { config } : { admin }, withoutToken)).status();
}

function collect(value: string, before: readonly string[]): string[] {
	return [...before, value];
}

function collectIds(value: string, before: readonly string[]): string[] {
	return [...before, ...value.split(",").map((id) => id.trim())];
}
