/** docs/reference/log-events.md, from the tables of events and directives. */

import { DIRECTIVE_TEXTS } from "../../src/log/directiveTexts.ts";
import { EVENT_GROUPS, type EventRow } from "./logEvents.ts";
import { anchored, cell, NOTE, table } from "./markdown.ts";

const INTRODUCTION = `# Logs and events

${NOTE}

- The **control log** goes to standard error, one event per line: as text on a terminal, otherwise as JSON. \`--log-format text\` or \`json\` sets the format. \`--log-level\` sets the least
  level: debug, info (default), warn or error. Both formats mask secrets.
- The **access logs** are in portico.yaml under [\`accessLog\`](config.md#accessLog). Lines are buffered for up to one second. \`combined\` is byte for byte what Apache httpd writes, so existing
  tools continue to work. Values of query parameters that hold secrets (codes, tokens, SAML messages, passwords) are masked.

## The control log

A line in JSON has \`level\`, \`time\`, \`msg\` (the event) and the fields of the event:

\`\`\`json
{"level":"info","time":"2026-11-30T12:00:00.000Z","msg":"logs_reopened"}
\`\`\`
`;

const ACCESS_LOG = `## The access log

\`format: json\` writes one object per exchange. Every key is always present; a value that is not known is null. Times are UTC.

| key | value |
| --- | --- |
| \`time\`, \`duration_ms\` | start of the request; time until the last byte of the response |
| \`first_byte_ms\` | time until the first byte of the response |
| \`client\` | verified address of the client |
| \`method\`, \`scheme\`, \`host\`, \`path\`, \`protocol\` | the request; secrets in the query are masked |
| \`request_line\` | the raw first line if it could not be parsed |
| \`status\` | status that the client got; 499: the client disconnected first |
| \`bytes\`, \`bytes_in\` | bytes of the response body and of the request body |
| \`service\`, \`route\`, \`member\` | the service, the id of the route, the last member tried |
| \`attempts\`, \`upstream_status\` | number of attempts; status of the last member's response |
| \`phase\` | the [phase](../explanation/request-life.md) in which the exchange ended |
| \`error\` | [error code](errors.md), or null |
| \`rule\` | id of the rule that refused the request, or more about the error |
| \`request_id\` | id of the request, the same as in \`X-Request-Id\` |
| \`user\` | name of the user that signed in with basic authentication |
| \`user_agent\`, \`referer\`, \`tls\` | request headers; TLS version |

<a id="log-format"></a>\`format\` can also be a LogFormat string of Apache httpd. Portico writes each directive as Apache does. A missing value is \`-\`. An unknown directive is a problem of the configuration.

- Status codes limit a directive to those statuses: \`%400,501{User-Agent}i\`. With \`!\` in front they exclude them: \`%!200,304{Referer}i\`.
- \`<\` and \`>\` have no effect, since Portico has no internal redirects.
- In text, \`\\n\`, \`\\r\`, \`\\t\`, \`\\"\` and \`\\\\\` are as in Apache's configuration.
- \`Name\` is a name of your choice.

This format adds the request ID, the member and the durations to \`combined\`:

\`\`\`yaml
accessLog:
  path: "-"
  format: '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i" %L %{member}n %{ms}T %^FB'
\`\`\`
`;

export function logEventsPage(): string {
	const groups = Object.entries(EVENT_GROUPS).map(([title, events]) => `### ${title}\n\n${eventTable(events)}`);
	const directives = Object.entries(DIRECTIVE_TEXTS).map(([letter, { arguments: names, text }]) => {
		const forms = names.map((name) => `\`%${name === "" ? "" : `{${name}}`}${letter}\``);
		return [forms.join(" "), cell(text)];
	});
	return [INTRODUCTION, ...groups, ACCESS_LOG, table(["directive", "value"], directives)].join("\n");
}

function eventTable(events: Readonly<Record<string, EventRow>>): string {
	const rows = Object.entries(events).map(([event, { level, fields, text }]) => [
		anchored(event),
		level === "error code" ? "[of the error](errors.md)" : level,
		fields.map((field) => `\`${field}\``).join(", ") || "–",
		cell(text),
	]);
	return table(["event", "level", "fields", "meaning"], rows);
}
