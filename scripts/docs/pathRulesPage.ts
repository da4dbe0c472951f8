/** docs/reference/path-rules.md, from the table of rules. */
import { PATH_RULES, type PathRule } from "../../src/route/pathRules.ts";
import { anchored, cell, NOTE, table } from "./markdown.ts";

export function pathRulesPage(): string {
	const rules: [string, PathRule][] = Object.entries(PATH_RULES);
	const rows = rules.map(([id, rule]) => [
		anchored(id),
		cell(rule.text),
		rule.gatewayAllows ? "accept it" : "refuse it",
		rule.canAllow ? "yes" : "no",
	]);
	return `# Path rules

${NOTE}

Portico refuses a path that can be read in more than one way. The response is 400 with the code [\`path_refused\`](errors.md#path_refused) and the id of the rule.

- Routes to the gateway of API Manager accept some of these paths, if every reading leads to the same route.
- [\`allowPath\`](config.md#services.NAME.routes[].allowPath) of a route switches a rule off if the last column contains "yes".

${table(["rule", "problem", "gateway routes", "can be switched off"], rows)}`;
}
