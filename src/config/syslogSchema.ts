/** `syslog` of an access log, and `eventLog`. */
import { z } from "zod";
import type { EventLogPlan, SyslogPlan } from "../plan/syslog.ts";

/** RFC 5424 section 6.2.1, by their usual names. */
const FACILITIES = [
	...[
		"kern",
		"user",
		"mail",
		"daemon",
		"auth",
		"syslog",
		"lpr",
		"news",
		"uucp",
		"cron",
		"authpriv",
		"ftp",
		"ntp",
		"audit",
		"alert",
		"clock",
	],
	...["local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"],
] as const;
const SEVERITIES = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"] as const;

const WHERE = "write udp://HOST:PORT, tcp://HOST:PORT or unix:/dev/log";
const STANDARD_PORTS = { udp: 514, tcp: 601 } as const;

const target = z
	.string({ error: `a syslog server is expected\n${WHERE}` })
	.refine((text) => parseTarget(text) !== null, { error: (issue) => `${JSON.stringify(issue.input)} is not a syslog server\n${WHERE}` })
	.meta({ title: "syslog server" });

const settings = z.strictObject({
	server: target.describe(
		"`udp://10.0.0.5:514` (one datagram a message), `tcp://logs.internal:601` (octet counting, RFC 6587) or `unix:/dev/log` (datagrams, or lines of a stream). Default ports: 514, 601.",
	),
	facility: z.enum(FACILITIES).default("local0").describe("Facility of all messages."),
	severity: z
		.enum(SEVERITIES)
		.default("info")
		.describe("Severity of access log lines. Events have `err`, `warning`, `info` or `debug`, by their level."),
	app: z
		.string()
		.regex(/^[\x21-\x7e]{1,48}$/, { error: "an app name is 1 to 48 characters of printable ASCII without blanks" })
		.default("portico")
		.describe("APP-NAME of the messages."),
});

const syslogSetting = z.union([target.transform((server) => settings.parse({ server })), settings], {
	error: (issue) => (typeof issue.input === "string" ? `${JSON.stringify(issue.input)} is not a syslog server\n${WHERE}` : undefined),
});

export const syslog = syslogSetting
	.optional()
	.describe(
		"A syslog server in place of `path`, or the keys below. Messages are those of RFC 5424. Lines that it does not take are dropped and counted.",
	);

export const eventLog = z
	.strictObject({
		syslog: syslogSetting.describe("A syslog server, or the same keys as `accessLog[].syslog`."),
		level: z.enum(["debug", "info", "warn", "error"]).default("info").describe("Least level of the events that it gets."),
	})
	.optional()
	.describe("A syslog server that gets the events of the control log, in addition to standard error.");

type Syslog = z.output<typeof settings>;

export function syslogPlan({ server, facility, severity, app }: Syslog): SyslogPlan {
	const parsed = parseTarget(server);
	if (parsed === null) throw new Error("the schema let in a server that is none");
	return { name: server, target: parsed, facility: FACILITIES.indexOf(facility), severity: SEVERITIES.indexOf(severity), app };
}

export function eventLogPlan(written: z.output<typeof eventLog>): EventLogPlan | null {
	return written === undefined ? null : { syslog: syslogPlan(written.syslog), level: written.level };
}

function parseTarget(text: string): SyslogPlan["target"] | null {
	const path = /^unix:(?:\/\/)?(\/.+)$/.exec(text)?.[1];
	if (path !== undefined) return { kind: "unix", path };
	const [, kind, host, port] = /^(udp|tcp):\/\/(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?\/?$/.exec(text) ?? [];
	if ((kind !== "udp" && kind !== "tcp") || host === undefined) return null;
	const number = port === undefined ? STANDARD_PORTS[kind] : Number(port);
	return number >= 1 && number <= 65_535 ? { kind, host: host.replace(/^\[|\]$/g, ""), port: number } : null;
}
