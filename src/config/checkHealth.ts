/** Health: checks that ask nothing or contradict themselves, ports that the product does not have. */
import { compileBodyPattern } from "../health/bodyPattern.ts";
import { productFor } from "../products/products.ts";
import { asksItsOwn, healthPlan, healthSettings } from "./health.ts";
import type { CheckConfig, HealthConfig } from "./healthSchema.ts";
import { quote } from "./problem.ts";
import type { ProblemReport } from "./problemReport.ts";
import type { Config, ServiceConfig } from "./schema.ts";
import type { ConfigPath } from "./source.ts";

export function checkHealth(config: Config, report: ProblemReport): void {
	for (const [name, service] of Object.entries(config.services)) {
		const path: ConfigPath = ["services", name];
		const kinds = productFor(service).pools.map(({ kind }) => kind);
		// What a pool says otherwise is looked at with the pool.
		checkSettings({ ...service, pools: {} }, service.health, kinds, kinds, [...path, "health"], report);
		for (const [kind, { health }] of Object.entries(service.pools)) {
			if (kinds.includes(kind)) checkSettings(service, health, [kind], kinds, [...path, "pools", kind, "health"], report);
		}
	}
}

/** @param of the pools that these settings are for @param kinds all of the product */
function checkSettings(
	service: ServiceConfig,
	{ check, gatedBy }: HealthConfig,
	of: readonly string[],
	kinds: readonly string[],
	path: ConfigPath,
	report: ProblemReport,
): void {
	const checkKind = (kind: string | undefined, at: ConfigPath): void => {
		if (kind === undefined || kind === "off" || kinds.includes(kind)) return;
		report.problem(
			at,
			`product ${service.product} has no pool ${quote(kind)}`,
			kinds.length > 1 ? `it has ${kinds.join(", ")}` : "remove it",
		);
	};
	checkKind(gatedBy, [...path, "gatedBy"]);
	if (check === undefined || check === "off") return;
	const at: ConfigPath = [...path, "check"];
	checkKind(check.via, [...at, "via"]);
	checkBody(check, [...at, "body"], report);
	for (const [index, [from, to]] of (check.status ?? []).entries()) {
		if (from > to) report.problem([...at, "status", index], `${from}-${to} contains no status`, `write ${to}-${from}`);
	}
	const before = report.problems.length;
	for (const kind of of) if (report.problems.length === before) checkTogether(service, kind, check, at, report);
}

function checkBody({ body }: CheckConfig, at: ConfigPath, report: ProblemReport): void {
	if (body === undefined) return;
	if ((body.contains === undefined) === (body.matches === undefined))
		report.problem(at, "`body` must have either `contains` or `matches`", 'body: { contains: "UP" }', "key");
	if (body.matches === undefined) return;
	try {
		compileBodyPattern(body.matches);
	} catch (error) {
		report.problem([...at, "matches"], error instanceof Error ? error.message : "this pattern is invalid");
	}
}

/** What the pool's word and the service's make together. */
function checkTogether(service: ServiceConfig, kind: string, written: CheckConfig, at: ConfigPath, report: ProblemReport): void {
	const { check: settings } = healthSettings(service, kind);
	const { check } = healthPlan(service, kind, "");
	if (settings === undefined || settings === "off" || check === null) return;
	const isHttp = check.probes.some((probe) => probe.kind === "http");
	if (isHttp && asksItsOwn(settings) && settings.path === undefined)
		report.problem(at, "the check has no target", "add `path`, or `kind: tcp`", "key");
	if (!isHttp) {
		for (const key of ["path", "method", "headers", "status", "body", "bodyLimit", "absent", "drainOn"] as const) {
			if (written[key] !== undefined) report.problem([...at, key], `${quote(key)} applies only to http checks`, "add `path`", "key");
		}
	}
	if (check.fastInterval > check.interval && (written.fastInterval ?? written.interval) !== undefined)
		report.problem(
			[...at, written.fastInterval === undefined ? "interval" : "fastInterval"],
			"`fastInterval` is longer than `interval`",
			"it applies while it is not certain whether a node is up",
		);
	const both = check.drainOn.find((status) => check.probes.some((probe) => probe.kind === "http" && probe.absentOn.includes(status)));
	if (both !== undefined && (written.drainOn ?? written.absent) !== undefined)
		report.problem(
			[...at, written.drainOn === undefined ? "absent" : "drainOn"],
			`${both} already means that the node does not have the endpoint`,
			"give the check a `path` of its own, and no `absent` with that status",
		);
}
