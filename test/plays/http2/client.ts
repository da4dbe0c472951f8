import { type ClientHttp2Session, type ClientHttp2Stream, connect, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http2";
import { type Scope, within } from "../../harness/deadline.ts";

export interface Http2Response {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	readonly body: Buffer;
	readonly trailers: IncomingHttpHeaders | null;
	/** Statuses of interim responses. */
	readonly interim: readonly number[];
}

/** A connection of Node's own client. It closes with the scope. */
export async function openSession(
	scope: Scope,
	port: number,
	options: { ca?: string; settings?: object } = {},
): Promise<ClientHttp2Session> {
	const scheme = options.ca === undefined ? "http" : "https";
	const session = connect(`${scheme}://localhost:${port}`, { host: "127.0.0.1", servername: "localhost", ...options });
	scope.after(() => void session.destroy());
	session.on("error", () => {});
	await within(
		new Promise<void>((resolve, reject) => session.once("connect", () => resolve()).once("error", reject)),
		() => "a connection",
	);
	return session;
}

/** Begins a request; `:authority` is localhost. */
export function begin(session: ClientHttp2Session, path: string, headers: OutgoingHttpHeaders = {}, endStream = true): ClientHttp2Stream {
	return session.request({ ":authority": "localhost", ":path": path, ...headers }, { endStream, waitForTrailers: false });
}

/** The whole response. Rejects if the stream is reset. */
export async function responseOf(stream: ClientHttp2Stream, milliseconds?: number): Promise<Http2Response> {
	const { promise, resolve, reject } = Promise.withResolvers<Http2Response>();
	const interim: number[] = [];
	const chunks: Buffer[] = [];
	let headers: IncomingHttpHeaders = {};
	let trailers: IncomingHttpHeaders | null = null;
	stream.on("headers", (fields) => interim.push(Number(fields[":status"])));
	stream.on("response", (fields) => {
		headers = fields;
	});
	stream.on("trailers", (fields) => {
		trailers = fields;
	});
	stream.on("data", (chunk: Buffer) => chunks.push(chunk));
	stream.on("error", reject);
	stream.on("end", () => resolve({ status: Number(headers[":status"]), headers, body: Buffer.concat(chunks), trailers, interim }));
	return within(promise, () => `the response to stream ${stream.id}`, milliseconds);
}

export async function fetch(
	session: ClientHttp2Session,
	path: string,
	headers: OutgoingHttpHeaders = {},
	body: string | Buffer | null = null,
	milliseconds?: number,
): Promise<Http2Response> {
	const stream = begin(session, path, headers, body === null);
	if (body !== null) stream.end(body);
	return responseOf(stream, milliseconds);
}

/** The code with which a stream was reset. */
export async function resetCode(stream: ClientHttp2Stream): Promise<number> {
	stream.on("error", () => {});
	stream.resume();
	await within(new Promise<void>((resolve) => stream.once("close", () => resolve())), () => "the end of the stream");
	return stream.rstCode ?? 0;
}
