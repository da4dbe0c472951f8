import { Entry } from "./entry.ts";
import { nameOf } from "./fieldNames.ts";

/** RFC 7541 appendix A, in order: `name` or `name=value`. */
const FIELDS = `
	:authority :method=GET :method=POST :path=/ :path=/index.html :scheme=http :scheme=https
	:status=200 :status=204 :status=206 :status=304 :status=400 :status=404 :status=500
	accept-charset accept-encoding=gzip,~deflate accept-language accept-ranges accept access-control-allow-origin age allow authorization
	cache-control content-disposition content-encoding content-language content-length content-location content-range content-type
	cookie date etag expect expires from host if-match if-modified-since if-none-match if-range if-unmodified-since last-modified
	link location max-forwards proxy-authenticate proxy-authorization range referer refresh retry-after server set-cookie
	strict-transport-security transfer-encoding user-agent vary via www-authenticate
`
	.trim()
	.split(/\s+/)
	.map((text) => text.replace("~", " ").split("=", 2));

/** By index; there is none at 0. */
export const STATIC_TABLE: readonly (Entry | undefined)[] = [
	undefined,
	...FIELDS.map(([name = "", value = ""]) => new Entry(nameOf(name), value, value.length, true, false)),
];

/** How many there are: what follows is in the dynamic table. */
export const STATIC_ENTRIES = FIELDS.length;

/** The first index of each name, by its lower-case spelling. */
export const STATIC_NAMES: ReadonlyMap<string, number> = new Map(FIELDS.map(([name = ""], index) => [name, index + 1] as const).reverse());
