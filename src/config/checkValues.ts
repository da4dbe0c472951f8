/** Values that stand in several places of the file: CIDRs. */
import { CidrSet } from "../http/cidr.ts";
import { quote } from "./problem.ts";
import type { ProblemReport } from "./problemReport.ts";
import type { ConfigPath } from "./source.ts";

/** Checked by the code that matches addresses later. */
export function checkCidrs(cidrs: readonly string[], path: ConfigPath, report: ProblemReport): void {
	cidrs.forEach((cidr, index) => {
		try {
			CidrSet.of([cidr]);
		} catch (error) {
			report.problem(
				[...path, index],
				error instanceof Error ? error.message : `${quote(cidr)} is not an address or CIDR`,
				"such as 10.0.0.0/8, 192.0.2.1 or 2001:db8::/32",
			);
		}
	});
}

/** Networks that hold every address of their family. */
const EVERYONE = /\/0+$/;

/** Such a network is allowed, since somebody may mean it. */
export function warnOfEveryone(
	cidrs: readonly string[],
	path: ConfigPath,
	{ problem, hint }: { readonly problem: string; readonly hint: string },
	report: ProblemReport,
): void {
	cidrs.forEach((cidr, index) => {
		if (EVERYONE.test(cidr)) report.warning([...path, index], `${quote(cidr)}: ${problem}`, hint);
	});
}
