/** Requests that nobody should send. */

/** In the target of each request that no node may ever get: only one who reads a framing wrongly finds it. */
export const SMUGGLED = "smuggled-request";

const HIDDEN = `GET /app/${SMUGGLED} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
const post = (fields: string, body: string): string => `POST /app/visit HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n\r\n${body}`;

/** Framings that two recipients may read differently. Each has to be refused, and the connection with it. */
export const AMBIGUOUS: readonly string[] = [
	post(`Content-Length: ${HIDDEN.length + 5}\r\nTransfer-Encoding: chunked`, `0\r\n\r\n${HIDDEN}`),
	post("Transfer-Encoding: chunked\r\nContent-Length: 4", `5c\r\n${HIDDEN}\r\n0\r\n\r\n`),
	post("Content-Length: 0\r\nContent-Length: 5", HIDDEN),
	post("Content-Length: 0, 0", HIDDEN),
	post("Content-Length: +0", HIDDEN),
	post("Content-Length: 0x0", HIDDEN),
	post("Content-Length : 0", HIDDEN),
	post("Content-Length: 00", HIDDEN),
	post("Content-Length: -1", HIDDEN),
	post("Content-Length:\t0", HIDDEN),
	post("Content-Length: 99999999999999999999", HIDDEN),
	post("Transfer-Encoding: xchunked", `0\r\n\r\n${HIDDEN}`),
	post("Transfer-Encoding: chunked, identity", `0\r\n\r\n${HIDDEN}`),
	post("Transfer-Encoding: identity, chunked", `0\r\n\r\n${HIDDEN}`),
	post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", `0\r\n\r\n${HIDDEN}`),
	post("Transfer-Encoding : chunked", `0\r\n\r\n${HIDDEN}`),
	post("Transfer-Encoding:\x0bchunked", `0\r\n\r\n${HIDDEN}`),
	post("X: y\r\n Transfer-Encoding: chunked", `0\r\n\r\n${HIDDEN}`),
	post("X: y\nTransfer-Encoding: chunked", `0\r\n\r\n${HIDDEN}`),
	post("X: y\rTransfer-Encoding: chunked", `0\r\n\r\n${HIDDEN}`),
	post("Transfer-Encoding: chunked", `0\n\n${HIDDEN}`),
	post("Transfer-Encoding: chunked", `0;a\n\r\n\r\n${HIDDEN}`),
	post("Transfer-Encoding: chunked", `3\r\nabcX0\r\n\r\n${HIDDEN}`),
	post("Transfer-Encoding: chunked", `-1\r\n\r\n${HIDDEN}`),
	post("Transfer-Encoding: chunked", `0x0\r\n\r\n${HIDDEN}`),
	post("Transfer-Encoding: chunked", `10000000000000000\r\n\r\n${HIDDEN}`),
	`POST /app/visit HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
	`GET /app/visit HTTP/1.1\r\nHost: localhost\r\nHost: other\r\n\r\n${HIDDEN}`,
	`GET /app/visit HTTP/1.1\r\n\r\n${HIDDEN}`,
];

/** Requests that are wrong in themselves, with a secret where logs have to mask it. */
export const malformed = (secret: string): readonly string[] => [
	"\x00\x01nonsense\x7f\r\n\r\n",
	"\r\n\r\n\r\n\r\n\r\n\r\n\r\n",
	"GET\r\n\r\n",
	"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
	"GET / HTTP/2.0\r\n\r\n",
	"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
	`GET /app?code=${secret}  HTTP/1.1\r\nHost: localhost\r\n\r\n`,
	`GET /app?code=${secret} HTTP/1.1\r\nHost localhost\r\n\r\n`,
	`GET /app?access_token=${secret}\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n`,
	`GET /app?next=%2Fx%3Fcode%3D${secret} HTTP/1.1\r\nHost: localhost\r\nX:\x00\r\n\r\n`,
	`GET http://user:${secret}@localhost/app HTTP/1.1\r\nHost: localhost\r\n\r\n`,
	`GET /app/..;/app?password=${secret} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
	`GET /is-carbon/..%2f?SAMLResponse=${secret} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
	`GET /app/%ff%00?id_token=${secret} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
	`GET /app HTTP/1.1\r\nHost: evil.test\r\nAuthorization: Bearer ${secret}\r\n\r\n`,
	`GET /nowhere?token=${secret} HTTP/1.1\r\nHost: localhost\r\nCookie: JSESSIONID=${secret}\r\n\r\n`,
	`TRACE /app HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic ${secret}\r\n\r\n`,
	`CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\nProxy-Authorization: Basic ${secret}\r\n\r\n`,
	`POST /app/visit HTTP/1.1\r\nHost: localhost\r\nExpect: ${secret}\r\nContent-Length: 3\r\n\r\nabc`,
	`GET /app/visit HTTP/1.1\r\nHost: localhost\r\n${"X-Field: x\r\n".repeat(2_000)}\r\n`,
	`GET /${"x".repeat(70_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
	`GET /app HTTP/1.1\r\nHost: localhost\r\nX: y\r\n folded\r\nAuthorization: ${secret}\r\n\r\n`,
	`PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\nGET /app?code=${secret} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
	`GET /app HTTP/1.1\r\nHost: localhost\r\nConnection: host, cookie, x-forwarded-for\r\nX-Forwarded-For: 10.0.0.1\r\n\r\n`,
];

/** Requests that are fine, for what is done to them later. */
export const WHOLE: readonly string[] = [
	"GET /app/visit HTTP/1.1\r\nHost: localhost\r\n\r\n",
	"GET /is-authenticationendpoint/login.do?session=1 HTTP/1.1\r\nHost: localhost\r\nCookie: a=b; JSESSIONID=c\r\n\r\n",
	"POST /app/visit HTTP/1.1\r\nHost: localhost\r\nContent-Length: 11\r\n\r\nhello=world",
	"POST /is-commonauth HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nA: b\r\n\r\n",
	"GET /app/visit HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
	"HEAD /app/visit HTTP/1.0\r\n\r\n",
];
