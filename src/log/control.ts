import { pino } from "pino";
import type { Log, LogFields } from "./log.ts";
import { compileMask, DEFAULT_MASK, MASKED, maskSecrets } from "./mask.ts";

export interface ControlLogOptions {
	/** `debug`, `info`, `warn`, `error` or `silent`. */
	readonly level: string;
	/** File descriptor or path; standard error if left out. */
	readonly destination?: number | string;
	/** One line for a human instead of JSON. */
	readonly pretty: boolean;
}

/**
 * The control log: one line an event, written before the call returns, so that the last words of a dying process are there.
 * JSON: `{"level":"info","time":"2026-01-31T12:00:00.000Z","msg":"listening","address":"0.0.0.0:443"}`.
 * A destination that fails is not worth dying for: the line is lost.
 *
 * @throws Error if the destination file cannot be opened or the level is unknown
 */
export function createControlLog(options: ControlLogOptions): Log {
	const destination = pino.destination({ dest: options.destination ?? 2, sync: true, mkdir: true });
	destination.on("error", () => {});
	const sink = options.pretty ? { write: (line: string) => destination.write(prettyLine(line)) } : destination;
	const logger = pino(
		{
			level: options.level,
			base: null,
			timestamp: pino.stdTimeFunctions.isoTime,
			formatters: { level: (label) => ({ level: label }) },
		},
		sink,
	);
	const at =
		(level: "debug" | "info" | "warn" | "error") =>
		(event: string, fields: LogFields = {}): void => {
			if (logger.isLevelEnabled(level)) logger[level](cleanFields(fields), event);
		};
	return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

const PARAMETERS = compileMask(DEFAULT_MASK);
const SECRET_FIELD = /passw|secret|private_?key|api_?key|token|authorization|cookie/i;

/** A last line of defence: callers do not log secrets. Masks fields that are named like one, and secret parameters in any URL. */
export function cleanFields(fields: LogFields): LogFields {
	const clean: Record<string, LogFields[string]> = {};
	for (const [name, value] of Object.entries(fields)) clean[name] = SECRET_FIELD.test(name) ? MASKED : cleanValue(value);
	return clean;
}

function cleanValue(value: LogFields[string]): LogFields[string] {
	if (typeof value === "string") return cleanText(value);
	return typeof value === "object" && value !== null ? value.map(cleanText) : value;
}

function cleanText(text: string): string {
	return text.includes("PRIVATE KEY-----") ? MASKED : maskSecrets(text, PARAMETERS);
}

/** `12:00:00.000 INFO  listening address=0.0.0.0:443`; UTC. Values with anything unusual in them are quoted as JSON. */
function prettyLine(json: string): string {
	const { level, time, msg, ...fields } = JSON.parse(json) as Record<string, unknown>;
	const pairs = Object.entries(fields).map(([name, value]) => ` ${name}=${prettyValue(value)}`);
	return `${String(time).slice(11, 23)} ${String(level).toUpperCase().padEnd(5)} ${msg}${pairs.join("")}\n`;
}

function prettyValue(value: unknown): string {
	return typeof value === "string" && /^[^\s"'\\\x00-\x20\x7f-\x9f]+$/.test(value) ? value : JSON.stringify(value);
}
