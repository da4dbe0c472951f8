/** What octets of field values mean (RFC 9113 section 8.2.1, RFC 9110 section 5.5). */
import { DEL, SP, TAB } from "../http1/chars.ts";

/** 1 for an octet that a field value must not hold: controls but the tab. */
const CONTROL: Uint8Array = Uint8Array.from({ length: 256 }, (_, octet) => ((octet < SP && octet !== TAB) || octet === DEL ? 1 : 0));

/** Whether none of the octets between two offsets is a control. */
export function isClean(bytes: Uint8Array, start: number, end: number): boolean {
	for (let pos = start; pos < end; pos++) if (CONTROL[bytes[pos] as number] === 1) return false;
	return true;
}

export const isBlank = (octet: number | undefined): boolean => octet === SP || octet === TAB;
