const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

export const two = (value: number): string => (value < 10 ? `0${value}` : String(value));

export function dayName(day: number): string {
	return DAYS[day] as string;
}

export function monthName(month: number): string {
	return MONTHS[month] as string;
}

let httpSecond = Number.NaN;
let httpText = "";

/**
 * IMF-fixdate (RFC 9110 section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`. Made once a second, however often it is asked for.
 *
 * @param wallMs milliseconds since the epoch
 */
export function httpDate(wallMs: number): string {
	const second = Math.floor(wallMs / 1000);
	if (second !== httpSecond) {
		httpText = new Date(second * 1000).toUTCString();
		httpSecond = second;
	}
	return httpText;
}

let clfSecond = Number.NaN;
let clfOffset = Number.NaN;
let clfText = "";

/**
 * The time of the Common Log Format, as Apache's `%t` writes it: `[10/Oct/2000:13:55:36 -0700]`. Made once a second.
 *
 * @param wallMs milliseconds since the epoch
 * @param offsetMinutes minutes that local time is ahead of UTC
 */
export function clfTime(wallMs: number, offsetMinutes: number): string {
	const second = Math.floor(wallMs / 1000);
	if (second !== clfSecond || offsetMinutes !== clfOffset) {
		clfText = makeClfTime(second, offsetMinutes);
		clfSecond = second;
		clfOffset = offsetMinutes;
	}
	return clfText;
}

function makeClfTime(second: number, offsetMinutes: number): string {
	const local = new Date((second + offsetMinutes * 60) * 1000);
	const day = `${two(local.getUTCDate())}/${monthName(local.getUTCMonth())}/${local.getUTCFullYear()}`;
	const time = `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}:${two(local.getUTCSeconds())}`;
	return `[${day}:${time} ${zoneOffset(offsetMinutes)}]`;
}

/** `+0130` for 90. */
export function zoneOffset(offsetMinutes: number): string {
	const size = Math.abs(offsetMinutes);
	return `${offsetMinutes < 0 ? "-" : "+"}${two(Math.trunc(size / 60))}${two(size % 60)}`;
}
