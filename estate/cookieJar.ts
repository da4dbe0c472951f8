interface StoredCookie {
	readonly name: string;
	readonly value: string;
	readonly host: string;
	readonly path: string;
	readonly secure: boolean;
	readonly order: number;
}

/**
 * Cookies as RFC 6265bis has a browser keep them: by name, host and path; Secure ones only over https. No Domain cookies (a node's Domain would not
 * match its front door), no SameSite (a script has no site).
 */
export class CookieJar {
	#cookies: StoredCookie[] = [];
	#order = 0;

	/** Takes in the Set-Cookie values of a response from `url`. */
	store(url: string, values: readonly string[]): void {
		const { hostname, pathname, protocol } = new URL(url);
		for (const value of values) {
			const [pair = "", ...attributes] = value.split(";").map((part) => part.trim());
			const given = new Map(attributes.map((text) => [text.split("=", 1)[0]?.toLowerCase() ?? "", text.slice(text.indexOf("=") + 1)]));
			const secure = given.has("secure");
			const domain = given.get("domain");
			if ((secure && protocol !== "https:") || (domain !== undefined && domain !== hostname)) continue;
			const path = given.get("path")?.startsWith("/") === true ? (given.get("path") as string) : defaultPath(pathname);
			const name = pair.slice(0, pair.indexOf("="));
			this.#cookies = this.#cookies.filter((cookie) => cookie.name !== name || cookie.host !== hostname || cookie.path !== path);
			if (given.get("max-age") === "0") continue;
			this.#cookies.push({ name, value: pair.slice(pair.indexOf("=") + 1), host: hostname, path, secure, order: this.#order++ });
		}
	}

	/** The Cookie header for `url`: longer paths first, then older ones. "" = none. */
	headerFor(url: string): string {
		return this.#matching(url)
			.map((cookie) => `${cookie.name}=${cookie.value}`)
			.join("; ");
	}

	/** What a request to `url` would carry under `name`. */
	get(url: string, name: string): string | undefined {
		return this.#matching(url).find((cookie) => cookie.name === name)?.value;
	}

	/** Name and path of every cookie of a host. */
	list(host: string): { name: string; path: string }[] {
		return this.#cookies.filter((cookie) => cookie.host === host).map(({ name, path }) => ({ name, path }));
	}

	delete(name: string): void {
		this.#cookies = this.#cookies.filter((cookie) => cookie.name !== name);
	}

	#matching(url: string): StoredCookie[] {
		const { hostname, pathname, protocol } = new URL(url);
		return this.#cookies
			.filter((cookie) => cookie.host === hostname && (!cookie.secure || protocol === "https:") && pathMatches(cookie.path, pathname))
			.sort((one, other) => other.path.length - one.path.length || one.order - other.order);
	}
}

/** RFC 6265 section 5.1.4. */
function pathMatches(cookiePath: string, path: string): boolean {
	if (!path.startsWith(cookiePath)) return false;
	return path.length === cookiePath.length || cookiePath.endsWith("/") || path[cookiePath.length] === "/";
}

function defaultPath(pathname: string): string {
	const slash = pathname.lastIndexOf("/");
	return slash <= 0 ? "/" : pathname.slice(0, slash);
}
