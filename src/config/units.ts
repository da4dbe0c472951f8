/** The units of the configuration file: durations and sizes always name theirs. */

/** A whole number and a unit; no unit, no meaning. */
export const DURATION = /^(\d{1,9})(ms|s|m|h|d)$/;
/** Bytes: binary units with an `i`, decimal ones without. */
export const SIZE = /^(\d{1,12})(B|KB|MB|GB|KiB|MiB|GiB)$/;

const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const BYTES: Readonly<Record<string, number>> = {
	B: 1,
	KB: 1000,
	MB: 1000 ** 2,
	GB: 1000 ** 3,
	KiB: 1024,
	MiB: 1024 ** 2,
	GiB: 1024 ** 3,
};

/** `10s` -> 10000; NaN if it is not a duration. */
export function toMilliseconds(text: string): number {
	return scaled(DURATION.exec(text), MILLISECONDS);
}

/** `64KiB` -> 65536; NaN if it is not a size. */
export function toBytes(text: string): number {
	return scaled(SIZE.exec(text), BYTES);
}

function scaled(match: RegExpExecArray | null, units: Readonly<Record<string, number>>): number {
	return match === null ? Number.NaN : Number(match[1]) * (units[match[2] ?? ""] ?? Number.NaN);
}
