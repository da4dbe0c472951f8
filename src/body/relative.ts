import { resolveDotSegments } from "../rewrite/dotSegments.ts";
import type { BodyUrlMap } from "./bodyUrlMap.ts";

/** The folder of a page, from the first to the last slash of its path: as its node sees it, and as browsers do. */
export interface BasePath {
	readonly node: string;
	readonly public: string;
}

/** @param path raw, a query may follow */
export function folderOf(path: string): string {
	const query = path.indexOf("?");
	const end = query === -1 ? path.length : query;
	return path.slice(0, path.lastIndexOf("/", end - 1) + 1);
}

/**
 * What `../commonauth` has to be for a browser to get where the node meant: the public path, from its root; empty where the reference leads there
 * as it is, or to no context of the service.
 */
export function relativeReference(reference: string, base: BasePath, urls: Pick<BodyUrlMap, "path">): string {
	const wanted = urls.path(resolveDotSegments(base.node + reference));
	return wanted === resolveDotSegments(base.public + reference) ? "" : wanted;
}
