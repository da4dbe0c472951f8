/** Cookies of services that could not be told apart. */
import { cookieTag } from "./cookies.ts";
import { quote } from "./problem.ts";
import type { ProblemReport } from "./problemReport.ts";
import type { Config } from "./schema.ts";

export function checkCookies(config: Config, report: ProblemReport): void {
	const tags = Object.entries(config.services).map(([name, service]) => ({ name, tag: cookieTag(config, name, service) }));
	for (const { name, tag } of tags) {
		const rival = tags.find((other) => other.name !== name && other.tag !== "" && tag.startsWith(other.tag));
		if (rival === undefined) continue;
		report.problem(
			["services", name],
			`cookies of ${quote(name)} begin in the same way as those of ${quote(rival.name)}: ${tag}… and ${rival.tag}…`,
			"give it a name without a dot, or set `cookies: { isolate: off }`",
			"key",
		);
	}
}
