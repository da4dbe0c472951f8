import type { IncomingMessage, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { asConfigured, type Cookie, cookieText, cookieValues } from "./cookies.ts";
import type { HttpSession } from "./httpSessions.ts";
import { type NodeContext, sessionsOf } from "./nodeContext.ts";

/** `compressibleMimeType` of WSO2's connectors. JSON is not in it. */
const COMPRESSED = new Set([
	"text/html",
	"text/javascript",
	"application/javascript",
	"application/x-javascript",
	"application/xml",
	"text/css",
	"text/xml",
]);
const COMPRESSION_BYTES = 2048;
/** Tomcat's response buffer: what does not fit goes out chunked. */
const BUFFER_BYTES = 8192;
const BODY_LIMIT = 16 * 1024 * 1024;

export interface ExchangeParts {
	readonly node: NodeContext;
	readonly request: IncomingMessage;
	readonly response: ServerResponse;
	readonly scheme: "http" | "https";
	/** Decoded and normalised, tenant cut off. */
	readonly path: string;
	readonly rawQuery: string;
	readonly tenant: string;
	/** Of `/o/{organization}/…`; empty where the token names it, null (default) for none. */
	readonly organization?: string | null;
}

/** One request to a web application and its response. */
export class Exchange {
	readonly node: NodeContext;
	readonly request: IncomingMessage;
	readonly response: ServerResponse;
	readonly path: string;
	readonly rawQuery: string;
	readonly query: URLSearchParams;
	readonly tenant: string;
	readonly #organization: string | null;
	readonly method: string;
	/** Of the web application: "/oauth2"; "" for the root one. The dispatcher sets it. */
	contextPath = "";
	readonly #scheme: "http" | "https";
	#session: HttpSession | undefined;

	constructor(parts: ExchangeParts) {
		this.node = parts.node;
		this.request = parts.request;
		this.response = parts.response;
		this.path = parts.path;
		this.rawQuery = parts.rawQuery;
		this.query = new URLSearchParams(parts.rawQuery);
		this.tenant = parts.tenant;
		this.#organization = parts.organization ?? null;
		this.method = parts.request.method ?? "GET";
		this.#scheme = parts.scheme;
	}

	/** A request header by its lower-case name; several joined. */
	header(name: string): string | undefined {
		const value = this.request.headers[name];
		return Array.isArray(value) ? value.join(", ") : value;
	}

	cookie(name: string): string | undefined {
		return cookieValues(this.request.headers.cookie, name)[0];
	}

	/** An absolute URL of this node, from configuration, for the tenant and organization of the request. */
	publicUrl(path: string): string {
		const organization = this.#organization === null ? "" : this.#organization === "" ? "/o" : `/o/${this.#organization}`;
		return this.node.urls.absolute(organization + path, this.tenant);
	}

	addCookie(cookie: Cookie): void {
		this.response.appendHeader("Set-Cookie", cookieText(asConfigured(cookie, this.node.switches)));
	}

	setHeader(name: string, value: string): void {
		this.response.setHeader(name, value);
	}

	/** `request.getSession()`: the session that a JSESSIONID cookie names, or a new one with its cookie for this web application's path. */
	session(): HttpSession {
		if (this.#session !== undefined) return this.#session;
		for (const id of cookieValues(this.request.headers.cookie, "JSESSIONID")) {
			this.#session ??= sessionsOf(this.node).find(this.contextPath, id);
		}
		if (this.#session === undefined) {
			this.#session = sessionsOf(this.node).create(this.contextPath, this.node.switches.jvmRoute);
			this.addCookie({ name: "JSESSIONID", value: this.#session.id, path: this.contextPath || "/", secure: true, httpOnly: true });
		}
		return this.#session;
	}

	async body(): Promise<Buffer> {
		const chunks: Buffer[] = [];
		let bytes = 0;
		for await (const chunk of this.request as AsyncIterable<Buffer>) {
			bytes += chunk.length;
			if (bytes > BODY_LIMIT) throw new Error("the body is too large");
			chunks.push(chunk);
		}
		return Buffer.concat(chunks);
	}

	async form(): Promise<URLSearchParams> {
		return new URLSearchParams((await this.body()).toString());
	}

	html(status: number, text: string): void {
		this.send(status, "text/html;charset=UTF-8", text);
	}

	json(status: number, value: unknown): void {
		this.send(status, "application/json", JSON.stringify(value));
	}

	/** A redirect whose Location is written as given: the styles that come from configuration, and those to foreign origins. */
	redirect(location: string): void {
		this.setHeader("Location", location);
		this.send(302, null, "");
	}

	/** `sendRedirect` with `useRelativeRedirects="false"`: made absolute from the Host header and the scheme of the connector. */
	sendRedirect(target: string): void {
		this.redirect(new URL(target, this.ownOrigin() + this.path).href);
	}

	/** Scheme and authority as the request shows them to Tomcat. */
	ownOrigin(): string {
		const { remoteIpValve, switches } = this.node;
		const forwarded = remoteIpValve && !switches.noRemoteIpValve ? this.header("x-forwarded-proto") : undefined;
		const scheme = forwarded === "https" || forwarded === "http" ? forwarded : this.#scheme;
		return `${scheme}://${this.request.headers.host ?? "localhost"}`;
	}

	send(status: number, contentType: string | null, text: string | Buffer): void {
		let body = Buffer.isBuffer(text) ? text : Buffer.from(text);
		if (contentType !== null) this.setHeader("Content-Type", contentType);
		if (this.#compresses(contentType, body.length)) {
			body = gzipSync(body);
			this.setHeader("vary", "accept-encoding");
			this.setHeader("Content-Encoding", "gzip");
		} else if (body.length <= BUFFER_BYTES && status !== 204 && status !== 304) {
			this.setHeader("Content-Length", String(body.length));
		}
		this.response.writeHead(status, "");
		this.response.end(body);
	}

	#compresses(contentType: string | null, length: number): boolean {
		if (!this.node.switches.gzip || contentType === null || length < COMPRESSION_BYTES) return false;
		const type = contentType.split(";", 1)[0] as string;
		if (this.node.switches.gzipAlways) return COMPRESSED.has(type);
		return COMPRESSED.has(type) && (this.header("accept-encoding") ?? "").includes("gzip");
	}
}
