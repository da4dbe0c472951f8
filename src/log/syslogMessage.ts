/** A message of RFC 5424 section 6. Pure. */
import type { SyslogPlan } from "../plan/syslog.ts";
import { isoTime } from "./time.ts";

/** Bytes: receivers cut longer ones, or drop them (RFC 5424 section 6.1; rsyslog's default). */
const LONGEST = 8192;

/** Without framing. @param id MSGID @param wall milliseconds since the epoch */
export function syslogMessage(
	{ facility, app }: Pick<SyslogPlan, "facility" | "app">,
	host: string,
	pid: string,
	severity: number,
	id: string,
	wall: number,
	text: string,
): Buffer {
	const head = `<${facility * 8 + severity}>1 ${isoTime(wall)} ${name(host, 255)} ${name(app, 48)} ${name(pid, 128)} ${name(id, 32)} - `;
	const message = Buffer.from(head + text.replace(/[\r\n]+/g, " "), "utf8");
	return message.length <= LONGEST ? message : whole(message.subarray(0, LONGEST));
}

/** Visible ASCII, or `-` for nothing. */
function name(text: string, most: number): string {
	return text.replace(/[^\x21-\x7e]/g, "").slice(0, most) || "-";
}

/** Without the half of a character at its end. */
function whole(bytes: Buffer): Buffer {
	let end = bytes.length;
	while (end > 0 && ((bytes[end] ?? bytes[end - 1] ?? 0) & 0xc0) === 0x80) end--;
	const last = bytes[end - 1] ?? 0;
	return bytes.subarray(0, last >= 0xc0 ? end - 1 : end);
}
