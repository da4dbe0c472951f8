import { isClean } from "./escape.ts";
import { type Mask, maskRequestLine, maskTarget } from "./mask.ts";
import type { ExchangeRecord } from "./record.ts";
import { isoTime } from "./time.ts";
import { headerValue, protocol, serviceName } from "./values.ts";

/** A JSON string or null. Bytes that are UTF-8 are shown as what they mean, others as U+FFFD. */
function text(value: string | null): string {
	if (value === null) return "null";
	if (isClean(value)) return `"${value}"`;
	return JSON.stringify(/[\x80-\xff]/.test(value) ? Buffer.from(value, "latin1").toString("utf8") : value);
}

const textOrNull = (value: string): string => text(value === "" ? null : value);
const micro = (ms: number): number => Math.round(ms * 1000) / 1000;

/**
 * One exchange as one JSON object on one line. Every key is always there; what is not known is null. Times are UTC.
 */
export function jsonLine(record: ExchangeRecord, mask: Mask): string {
	const known = record.requestLine === null && record.method !== "";
	return (
		`{"time":"${isoTime(record.startWall)}","duration_ms":${micro(record.duration)}` +
		`,"client":${textOrNull(record.clientAddress)},"method":${known ? text(record.method) : "null"}` +
		`,"scheme":"${record.scheme}","host":${textOrNull(record.authority)}` +
		`,"path":${known ? text(maskTarget(record.target, mask)) : "null"},"protocol":${known ? text(protocol(record)) : "null"}` +
		`,"request_line":${record.requestLine === null ? "null" : text(maskRequestLine(record.requestLine, mask))}` +
		`,"status":${record.status},"bytes":${record.bytesOut},"bytes_in":${record.bytesIn}` +
		`,"service":${text(serviceName(record))},"route":${textOrNull(record.routeId)},"member":${textOrNull(record.member)}` +
		`,"attempts":${record.attempts},"phase":"${record.phase}","error":${text(record.error)},"rule":${text(record.rule)}` +
		`,"upstream_status":${record.upstreamStatus === 0 ? "null" : record.upstreamStatus}` +
		`,"first_byte_ms":${record.firstByte < 0 ? "null" : micro(record.firstByte)}` +
		`,"request_id":${textOrNull(record.requestId)},"user":${textOrNull(record.user)},"user_agent":${text(headerValue(record.requestHeaders, "user-agent", mask))}` +
		`,"referer":${text(headerValue(record.requestHeaders, "referer", mask))},"tls":${text(record.tlsVersion)}}`
	);
}
