import type { MapUrl } from "./refresh.ts";

/** A quoted parameter whose value is a whole URL: `realm="https://…"`, `resource_metadata="https://…"`. */
const QUOTED_URL = /(=[\t ]*")(https?:\/\/[^"\\]*)(?=")/gi;
/** The realm is part of what Digest hashes (RFC 7616 section 3.4.2): another one would never fit. */
const DIGEST = /(?:^|,)[\t ]*digest[\t ]/i;

/**
 * A list of parameters, as in WWW-Authenticate (RFC 9110 section 11.6.1) or Reporting-Endpoints, with the URLs in quotes changed, all else byte
 * for byte. A path stays: a realm is a name, and `/` in it leads nowhere.
 */
export function mapQuotedUrls(value: string, map: MapUrl): string {
	if (!value.includes("://") || DIGEST.test(value)) return value;
	return value.replaceAll(QUOTED_URL, (_, before: string, url: string) => before + map(url));
}
