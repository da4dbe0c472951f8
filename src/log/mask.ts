/**
 * Keeping credentials out of the logs. A browser login carries them in URLs: an authorization code in a redirect, a whole id_token in
 * a logout request, a SAML response in a query. Only the value is replaced, so that a line still tells what happened.
 */

/** Written in place of a secret. */
export const MASKED = "***";

/** Lower-case names of query (and fragment) parameters masked unless the configuration says otherwise. */
export const DEFAULT_MASK: readonly string[] = [
	// OAuth 2.0 and OpenID Connect: codes, tokens, signed requests and responses, client credentials
	"access_token",
	"actor_token",
	"assertion",
	"authorization",
	"client_assertion",
	"client_secret",
	"code",
	"code_verifier",
	"device_code",
	"id_token",
	"id_token_hint",
	"jwt",
	"login_hint",
	"logout_token",
	"oauth_token",
	"oauth_verifier",
	"refresh_token",
	"request",
	"response",
	"subject_token",
	"token",
	"user_code",
	// SAML, WS-Federation, CAS, WebSub
	"hub.secret",
	"samlart",
	"samlrequest",
	"samlresponse",
	"ticket",
	"wresult",
	// Passwords, one-time codes and the key of a mailed recovery link
	"confirmation",
	"confirmationcode",
	"otp",
	"otpcode",
	"passwd",
	"password",
	"pwd",
	"secret",
	// API keys, session ids and the keys of a login in progress
	"api-key",
	"api_key",
	"apikey",
	"jsessionid",
	"sessiondatakey",
	"sessiondatakeyconsent",
];

const SECRET_HEADERS: ReadonlySet<string> = new Set([
	"apikey",
	"api-key",
	"authorization",
	"cookie",
	"cookie2",
	"internal-key",
	"proxy-authorization",
	"set-cookie",
	"set-cookie2",
	"x-api-key",
	"x-jwt-assertion",
]);

/** A header whose whole value is a credential. @param key lower-case name */
export function isSecretHeader(key: string): boolean {
	return SECRET_HEADERS.has(key) || (key.startsWith("x-") && key.endsWith("token"));
}

const SECRET_COOKIE = /session|token|commonauthid|opbs|atbv|_acc_|_ref_|password/i;

/** A cookie whose value lets its holder act as the user, going by the names that WSO2 and Tomcat use. */
export function isSecretCookie(name: string): boolean {
	return SECRET_COOKIE.test(name);
}

/** Made of parameter names by {@link compileMask}. */
export interface Mask {
	/** The names in lower case, for a quick check; null if that check could miss one of them. */
	readonly names: ReadonlySet<string> | null;
	/** Finds all secret parameters. One pass; never backtracks beyond a name. Group 1 excludes the value. */
	readonly replacer: RegExp;
	/** As `replacer`, in URLs that are percent-encoded, once or more, in a parameter of another. */
	readonly nested: RegExp;
}

/**
 * Compiles parameter names. A name counts in any case and however it is percent-encoded; it begins behind `?`, `&`, `#` or `;`, and its
 * value ends at `&` or `#` alone, so that nothing behind a stray `;` shows.
 */
export function compileMask(names: readonly string[]): Mask {
	const name = names.map(namePattern).join("|");
	const pattern = names.length === 0 ? "(?!)" : `([?&#;](?:${name})=)[^&#]+`;
	const separator = "%(?:25)*(?:26|23)";
	const nested = names.length === 0 ? "(?!)" : `(%(?:25)*(?:3f|26|23|3b)(?:${name})%(?:25)*3d)(?:(?!${separator})[^&#])+`;
	const lower = names.map((name) => name.toLowerCase());
	return {
		names: lower.every((name) => PLAIN_NAME.test(name)) ? new Set(lower) : null,
		replacer: new RegExp(pattern, "gi"),
		nested: new RegExp(nested, "gi"),
	};
}

/** Visible ASCII without the characters that separate names and values. */
const PLAIN_NAME = /^[!"$%'-:<>@-~]+$/;

function namePattern(name: string): string {
	let pattern = "";
	for (const byte of Buffer.from(name.toLowerCase(), "utf8")) {
		const char = String.fromCharCode(byte);
		const forms = new Set([byte, char.toUpperCase().charCodeAt(0)]);
		const encoded = [...forms].map((form) => `%${form.toString(16)}`).join("|");
		pattern += `(?:${/[a-z0-9]/.test(char) ? char : `\\x${byte.toString(16)}`}|${encoded})`;
	}
	return pattern;
}

/** Replaces the values of secret parameters in a URL or a list of them. Hot path: text without any is returned as it is. */
export function maskSecrets(text: string, mask: Mask): string {
	const plain = mayHoldSecret(text, mask.names) ? text.replace(mask.replacer, `$1${MASKED}`) : text;
	return plain.includes("%") && ENCODED_EQUALS.test(plain) ? plain.replace(mask.nested, `$1${MASKED}`) : plain;
}

const ENCODED_EQUALS = /%(?:25)*3d/i;
const EQUALS = 0x3d;
const PERCENT = 0x25;

/**
 * Whether the regular expression has to run, which tries all names at each separator. Here only the text before
 * each equals sign is looked up. True also for names that may be percent-encoded.
 */
function mayHoldSecret(text: string, names: ReadonlySet<string> | null): boolean {
	let equals = text.indexOf("=");
	if (names === null) return equals !== -1;
	for (; equals !== -1; equals = text.indexOf("=", equals + 1)) {
		let before = equals - 1;
		while (before >= 0 && !endsSearch(text.charCodeAt(before))) before--;
		const code = text.charCodeAt(before);
		if (code === PERCENT) return true;
		if (before >= 0 && code !== EQUALS && names.has(text.slice(before + 1, equals).toLowerCase())) return true;
	}
	return false;
}

/** `?`, `&`, `#` and `;` precede a name; `=` and `%` also end the search for its beginning. */
function endsSearch(code: number): boolean {
	return code === 0x3f || code === 0x26 || code === 0x23 || code === 0x3b || code === EQUALS || code === PERCENT;
}

const USERINFO = /^([a-z][a-z0-9+.-]*:\/\/[^/?#@:]*):[^/?#@]*@/i;

/** Masks a request target in any form: its parameters, and the password of an absolute one. */
export function maskTarget(target: string, mask: Mask): string {
	const masked = maskSecrets(target, mask);
	return masked.charCodeAt(0) === 0x2f ? masked : masked.replace(USERINFO, `$1:${MASKED}@`);
}

/** Masks a raw request line that was not understood: everything up to its protocol counts as target. */
export function maskRequestLine(line: string, mask: Mask): string {
	const end = line.lastIndexOf(" HTTP/");
	const start = line.indexOf(" ") + 1;
	if (end < start) return line.slice(0, start) + maskTarget(line.slice(start), mask);
	return line.slice(0, start) + maskTarget(line.slice(start, end), mask) + line.slice(end);
}

/** Masks a header value: all of a credential, the secret parameters of anything else. @param key lower-case name */
export function maskHeader(key: string, value: string, mask: Mask): string {
	return isSecretHeader(key) ? MASKED : maskSecrets(value, mask);
}
