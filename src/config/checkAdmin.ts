/** The admin server: who could reach it, and tokens that cannot be told apart. */
import { CidrSet } from "../http/cidr.ts";
import { parseListenAddress } from "./hosts.ts";
import { quote } from "./problem.ts";
import type { ProblemReport } from "./problemReport.ts";
import type { Config } from "./schema.ts";

const LOOPBACK = CidrSet.of(["127.0.0.0/8", "::1"]);

export function checkAdmin({ admin }: Config, report: ProblemReport): void {
	if (admin === undefined) return;
	const address = parseListenAddress(admin.address);
	const isNear = address === null || address.host === "localhost" || LOOPBACK.has(address.host);
	if (!isNear && admin.tokens.length === 0)
		report.problem(
			["admin", "address"],
			"the admin server can be reached from outside, but has no token",
			"add `tokens`, or listen on 127.0.0.1",
		);
	const seen = new Set<string>();
	admin.tokens.forEach(({ id }, index) => {
		if (seen.has(id))
			report.problem(["admin", "tokens", index, "id"], `the token id ${quote(id)} is already in use`, "give each token its own id");
		seen.add(id);
	});
}
