/** The Authorization field of basic authentication (RFC 7617 section 2). Pure. */
import type { HeaderList } from "../http/headers.ts";

export interface Credentials {
	readonly user: string;
	readonly password: string;
}

/** Characters of the field: whoever sends more has no password that is stored anywhere. */
const LONGEST = 2048;
const BASIC = /^basic +([A-Za-z0-9+/]+={0,2})$/i;

/** Null if there are none, or they cannot be read: more than one field, another scheme, no UTF-8, control characters. */
export function basicCredentials(headers: HeaderList): Credentials | null {
	const fields = headers.all("authorization");
	const [field = ""] = fields;
	if (fields.length !== 1 || field.length > LONGEST) return null;
	const encoded = BASIC.exec(field.trim())?.[1];
	if (encoded === undefined) return null;
	const text = decoded(Buffer.from(encoded, "base64"));
	const colon = text?.indexOf(":") ?? -1;
	if (text === null || colon < 1 || /[\x00-\x1f\x7f]/.test(text)) return null;
	return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

function decoded(bytes: Buffer): string | null {
	try {
		return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
	} catch {
		return null;
	}
}
