/** What came from outside, made fit to be shown: one line, no control characters, no secrets. Pure. */

/** Control characters, line separators, and those that turn the direction of text: a terminal would obey them. */
const UNSHOWABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/g;

export function plain(text: string, longest = 200): string {
	const line = text
		.slice(0, longest * 4)
		.replace(UNSHOWABLE, " ")
		.trim();
	return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

/** Query parameters whose values tell what went wrong, and are no secrets. */
const SHOWN = new Set([
	"redirect_uri",
	"client_id",
	"oautherrorcode",
	"oautherrormsg",
	"status",
	"statusmsg",
	"type",
	"post_logout_redirect_uri",
]);

/** A URL with the values of all other parameters hidden: codes, tokens, session keys; user info, path parameters and fragment too. */
export function shownUrl(written: string): string {
	const url = written.replace(/^([a-z]{1,10}:\/\/)[^/?#]*@/i, "$1…@").replace(/#.*$/s, "#…");
	const mark = url.indexOf("?");
	const place = (mark === -1 ? url : url.slice(0, mark)).replace(/(;[\w.-]{1,40}=)[^;/]+/g, "$1…");
	if (mark === -1) return plain(place);
	const query = url
		.slice(mark + 1)
		.replace(/#…$/, "")
		.split("&", 40);
	const parts = query.map((part) => {
		const name = part.split("=", 1)[0] ?? "";
		return SHOWN.has(name.toLowerCase()) ? part : `${name}=…`;
	});
	return plain(`${place}?${parts.join("&")}`, 400);
}

/** A Set-Cookie value without the cookie's own: `JSESSIONID=…; Path=/; Secure`. */
export function shownCookie(setCookie: string): string {
	const [pair = "", ...attributes] = setCookie.split(";");
	const name = pair.split("=", 1)[0] ?? "";
	// A login attempt's key is part of the name, which may have the service's tag before it.
	return plain([`${name.replace(/(sessionNonceCookie-).*$/s, "$1…")}=…`, ...attributes].join(";"));
}
