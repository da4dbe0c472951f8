/** Retries: settings that do nothing where they stand. */
import type { ProblemReport } from "./problemReport.ts";
import type { Config } from "./schema.ts";
import type { ConfigPath } from "./source.ts";

export function checkRetry(config: Config, report: ProblemReport): void {
	for (const [name, service] of Object.entries(config.services)) {
		const path: ConfigPath = ["services", name];
		const whole = config.timeouts.firstByte;
		checkPerTry(service.retry.perTry, whole, [...path, "retry", "perTry"], report);
		for (const [index, { retry, timeouts }] of service.routes.entries())
			checkPerTry(retry?.perTry, timeouts.firstByte ?? whole, [...path, "routes", index, "retry", "perTry"], report);
	}
}

/** @param firstByte milliseconds */
function checkPerTry(perTry: number | undefined, firstByte: number, path: ConfigPath, report: ProblemReport): void {
	if (perTry === undefined || perTry < firstByte) return;
	report.warning(
		path,
		"`perTry` has no effect: it is not below `firstByte`",
		`both count from the end of the request; \`timeouts.firstByte\` is ${firstByte / 1000}s here`,
	);
}
