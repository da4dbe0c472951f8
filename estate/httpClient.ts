import http from "node:http";
import https from "node:https";
import { isIP } from "node:net";

export interface CallOptions {
	readonly method?: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
	/** PEM; trusted in place of the system's authorities. */
	readonly ca?: string | undefined;
	readonly agent?: http.Agent | https.Agent;
	/** Where the URL's host is, as an entry of /etc/hosts would tell; absent = as the system resolves it. */
	readonly address?: string | undefined;
	/** Where its ports are, as a firewall that forwards them would tell: 443 of the URL may be 20443. Host stays as in the URL. */
	readonly ports?: ReadonlyMap<number, number> | undefined;
	/** Address to come from. */
	readonly from?: string | undefined;
	/** Milliseconds without a byte after which the call fails; default 20 s. */
	readonly timeout?: number;
}

export interface Answer {
	readonly status: number;
	readonly headers: http.IncomingHttpHeaders;
	/** name, value, name, value … as they came. */
	readonly rawHeaders: readonly string[];
	readonly body: Buffer;
}

/** One HTTP call, redirects not followed. Rejects with the socket's error, or when nothing comes within `timeout`. */
export function call(url: string, options: CallOptions = {}): Promise<Answer> {
	return new Promise((resolve, reject) => {
		const { protocol, host, hostname, port } = new URL(url);
		const headers: Record<string, string> = { ...options.headers };
		if (options.body !== undefined) headers["Content-Length"] = String(Buffer.byteLength(options.body));
		const settings: https.RequestOptions = { method: options.method ?? "GET", headers, timeout: options.timeout ?? 20_000 };
		if (options.agent !== undefined) settings.agent = options.agent;
		const { address } = options;
		if (address !== undefined)
			settings.lookup = (_host, { all }, found) => (all === true ? found(null, [{ address, family: 4 }]) : found(null, address, 4));
		const forwarded = options.ports?.get(Number(port || (protocol === "https:" ? 443 : 80)));
		if (forwarded !== undefined) {
			settings.port = forwarded;
			headers.Host ??= host;
		}
		if (options.from !== undefined) settings.localAddress = options.from;
		if (options.ca !== undefined && protocol === "https:") settings.ca = options.ca;
		// Else Node would take the name to check from a Host header of ours.
		if (protocol === "https:" && isIP(hostname) === 0) settings.servername = hostname;
		const request = (protocol === "https:" ? https : http).request(url, settings, (response) => {
			const chunks: Buffer[] = [];
			response.on("data", (chunk: Buffer) => chunks.push(chunk));
			response.on("error", reject);
			response.on("end", () => {
				resolve({
					status: response.statusCode ?? 0,
					headers: response.headers,
					rawHeaders: response.rawHeaders,
					body: Buffer.concat(chunks),
				});
			});
		});
		request.on("timeout", () => request.destroy(new Error(`no byte from ${url} in time`)));
		request.on("error", reject);
		request.end(options.body);
	});
}
