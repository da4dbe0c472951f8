/** Requests and responses to compare two parsers with: sound ones, and the same with something changed. All from a seed. */

export interface Sample {
	readonly bytes: Buffer;
	/** Made without any change: every parser ought to read it. */
	readonly sound: boolean;
}

export interface ResponseSample extends Sample {
	readonly method: "GET" | "HEAD";
}

/** Mulberry32: small, and the same everywhere. */
export class Dice {
	#state: number;

	constructor(seed: number) {
		this.#state = seed;
	}

	/** A whole number from 0 to below `bound`. */
	below(bound: number): number {
		this.#state = (this.#state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
	}

	of<T>(choices: readonly T[]): T {
		const choice = choices[this.below(choices.length)];
		if (choice === undefined) throw new Error("no choices");
		return choice;
	}

	chance(percent: number): boolean {
		return this.below(100) < percent;
	}
}

const METHODS = ["GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "HEAD", "PROPFIND", "QUERY"];
const TARGETS = ["/", "/a/b?c=d", "/is-samlsso?x=%2F&y=a;b", "/~t/..;/x", "/*", "http://sso.example.com/x?y", "/a:b@c[d]{e}|f^g`h\"i<j>'"];
const FIELDS = [
	"Accept: */*",
	"accept-encoding: gzip, br",
	'Cookie: a=b; c="d"',
	"X-Empty:",
	"X-Spaces: \t a  b\t ",
	"X-Latin: \xe9\xff\x80",
	"X-Colons: a:b::c",
	"Connection: keep-alive",
	"Connection: X-Spaces",
	"Upgrade-Insecure-Requests: 1",
	"!#$%&'*+-.^_`|~09azAZ: odd name",
	`X-Long: ${"long ".repeat(300)}`,
	"Content-Type: text/plain",
];
const BODIES = ["", "x", "hello", "0\r\n\r\n", "GET / HTTP/1.1\r\nHost: b\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", "\0\xff\n"];
const EXTENSIONS = ["", "", "", ";a", ";a=b", ';a="b c"', ';a="\\"";c'];
const TRAILERS = ["", "", "", "X-Sum: 1\r\n", "X-Sum: 1\r\nContent-Length: 3\r\nHost: c\r\n"];

const SEASONING = [
	"\r",
	"\n",
	"\r\n",
	"\t",
	" ",
	"\0",
	"\x0b",
	"\x7f",
	"\x80",
	"\x85",
	"\xa0",
	"\xff",
	":",
	";",
	",",
	"=",
	'"',
	"\\",
	"+",
	"-",
	"0",
	"1",
	"a",
	"g",
	"x",
	"#",
	"/",
	"?",
	"%",
	"HTTP/1.1",
	"http/1.0",
];
const LINES = [
	"Content-Length: 3\r\n",
	"Content-Length: 5\r\n",
	"Content-Length: 0\r\n",
	"Content-Length: +5\r\n",
	"Content-Length: 5, 5\r\n",
	"Content-Length: 05\r\n",
	"Content-Length:\r\n",
	"Content-Length : 5\r\n",
	"Content-Length: 5 5\r\n",
	"Content-Length: 0x5\r\n",
	"Content-Length: 99999999999999999999\r\n",
	"Content_Length: 5\r\n",
	"Transfer-Encoding: chunked\r\n",
	"Transfer-Encoding: CHUNKED\r\n",
	"Transfer-Encoding: identity\r\n",
	"Transfer-Encoding: gzip, chunked\r\n",
	"Transfer-Encoding: chunked, gzip\r\n",
	"Transfer-Encoding: chunked, chunked\r\n",
	"Transfer-Encoding:\x0bchunked\r\n",
	"Transfer-Encoding : chunked\r\n",
	"Transfer-Encoding: ,chunked\r\n",
	'Transfer-Encoding: "chunked"\r\n',
	"Transfer-Encoding: xchunked\r\n",
	"Transfer-Encoding:\r\n chunked\r\n",
	"Transfer-Encoding: chunked;q=1\r\n",
	"Transfer-Encoding:\tchunked\r\n",
	"Transfer-Encoding: chunked\t\r\n",
	"Content-Length:\t5\r\n",
	"Content-Length: 5\t\r\n",
	"Host: b\r\n",
	"Host:\r\n",
	" folded\r\n",
	"\tfolded\r\n",
	" \r\n",
	"no colon\r\n",
	": no name\r\n",
	"Connection: close\r\n",
	"Expect: 100-continue\r\n",
	"Expect: y\r\n",
	"\r\n",
	"0\r\n\r\n",
	"5\r\nhello\r\n",
	"5 \r\nhello\r\n",
	"0x5\r\nhello\r\n",
	"5;\r\nhello\r\n",
	"5;a\nhello\r\n",
	"5\nhello\r\n",
	"5\r\nhello\n",
	"ffffffffffffffff\r\n",
	"00000000000000005\r\nhello\r\n",
];

/** One or two pipelined requests. */
export function requestSample(dice: Dice): Sample {
	let text = dice.chance(5) ? "\r\n" : "";
	for (let messages = dice.chance(30) ? 2 : 1; messages > 0; messages--) text += request(dice);
	return seasoned(dice, text);
}

/** One response, perhaps after interim ones. */
export function responseSample(dice: Dice): ResponseSample {
	const interim = dice.chance(10) ? dice.of(["HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"]) : "";
	return { method: dice.chance(15) ? "HEAD" : "GET", ...seasoned(dice, interim + response(dice)) };
}

function request(dice: Dice): string {
	const version = dice.chance(85) ? 1 : 0;
	const head = `${dice.of(METHODS)} ${dice.of(TARGETS)} HTTP/1.${version}\r\nHost: sso.example.com\r\n${fields(dice)}`;
	if (dice.chance(40)) return `${head}\r\n`;
	return head + framed(dice, version);
}

function response(dice: Dice): string {
	const version = dice.chance(85) ? 1 : 0;
	const status = dice.of([
		"200 OK",
		"200 ",
		"200",
		"302 Found",
		"404 Not \xe9 Found",
		"204 No Content",
		"304 Not Modified",
		"500 \t x",
		"599 Odd",
	]);
	const head = `HTTP/1.${version} ${status}\r\n${fields(dice)}`;
	if (status.startsWith("204")) return `${head}\r\n`;
	if (dice.chance(20)) return `${head}\r\n${dice.of(BODIES)}`;
	return head + framed(dice, version);
}

function fields(dice: Dice): string {
	let text = "";
	for (let count = dice.below(5); count > 0; count--) text += `${dice.of(FIELDS)}\r\n`;
	return text;
}

/** Framing field, empty line and body. */
function framed(dice: Dice, version: number): string {
	if (version === 0 || dice.chance(50)) {
		const body = dice.of(BODIES);
		return `Content-Length: ${body.length}\r\n\r\n${body}`;
	}
	let text = `${dice.of(["Transfer-Encoding: chunked", "transfer-encoding:  Chunked "])}\r\n\r\n`;
	for (let count = dice.below(4); count > 0; count--) {
		const body = dice.of(BODIES.slice(1));
		text += `${dice.chance(20) ? "00" : ""}${body.length.toString(16)}${dice.of(EXTENSIONS)}\r\n${body}\r\n`;
	}
	return `${text}0${dice.of(EXTENSIONS)}\r\n${dice.of(TRAILERS)}\r\n`;
}

/** In three cases of four, with one to three changes. */
function seasoned(dice: Dice, text: string): Sample {
	if (dice.chance(25)) return { bytes: Buffer.from(text, "latin1"), sound: true };
	let changed = text;
	for (let count = 1 + dice.below(3); count > 0; count--) changed = change(dice, changed);
	return { bytes: Buffer.from(changed, "latin1"), sound: false };
}

function change(dice: Dice, text: string): string {
	const lines = text.split(/(?<=\n)/);
	const line = dice.below(lines.length);
	const at = dice.below(text.length + 1);
	switch (dice.below(8)) {
		case 0:
			return text.slice(0, at) + dice.of(SEASONING) + text.slice(at);
		case 1:
			return text.slice(0, at) + dice.of(SEASONING) + text.slice(at + 1);
		case 2:
			return text.slice(0, at) + text.slice(at + 1);
		case 3:
			return lines.toSpliced(line, 0, lines[dice.below(lines.length)] ?? "").join("");
		case 4:
			return lines.toSpliced(line, 1).join("");
		case 5:
			return lines.with(line, (lines[line] ?? "").replace("\r\n", dice.of(["\n", "\r", "\r\r\n", " \r\n", "\r\n ", "\n\r\n"]))).join("");
		case 6:
			return lines.with(line, (lines[line] ?? "").replace(/[: ]/, dice.of([" :", ":\t", "  ", "\t", "", ":\r\n ", "\xa0", "\0"]))).join("");
		default:
			return lines.toSpliced(line, 0, dice.of(LINES)).join("");
	}
}
