/** docs/reference/errors.md, from the table of errors. */
import { ERRORS, type ErrorRow } from "../../src/errors.ts";
import { anchored, cell, NOTE, table } from "./markdown.ts";

const RETRIES: Readonly<Record<ErrorRow["retry"], string>> = {
	safe: "yes",
	idempotent: "if the request may be repeated",
	never: "no",
};

const HEAD = ["code", "status", "retried", "a client can cause it", "counts against the member", "log level", "text"] as const;

export function errorsPage(): string {
	const rows: [string, ErrorRow][] = Object.entries(ERRORS);
	const of = (side: ErrorRow["side"]): string =>
		table(
			HEAD,
			rows
				.filter(([, row]) => row.side === side)
				.map(([code, row]) => [
					anchored(code),
					row.status === 499 ? "499 (log only)" : String(row.status),
					RETRIES[row.retry],
					row.byClient ? "yes" : "no",
					counts(row),
					row.level,
					cell(row.text),
				]),
		);
	const counts = ({ countsAgainstMember, byClient }: ErrorRow): string =>
		countsAgainstMember ? (byClient ? "from two clients on" : "yes") : "no";
	return `# Error codes

${NOTE}

Every failure of an exchange has one code. The code is in the access log, the control log, the metrics, the \`Proxy-Status\` header (RFC 9209) and on the error page.

- **Retried**: whether Portico sends the request to another member after this error. [Retries and overload](../explanation/retries-and-overload.md) has the rules.
- **A client can cause it**: a client can provoke the error at will, by its requests, by reading slowly, or by the number of its connections.
- **Counts against the member**: passive checks count the error. If a client can cause the error, it counts only after two clients (IPv4 addresses or IPv6 /64 networks) have
  seen it, so that one client cannot eject a node ([\`minClients\`](config.md#services.NAME.health.passive.minClients)). The same applies to responses with status 500 to 599.

## Client side

${of("client")}
## Upstream side

${of("upstream")}
## Portico itself

${of("internal")}`;
}
