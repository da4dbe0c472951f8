import type { PathMapping } from "../plan/service.ts";

/**
 * What X-Forwarded-Prefix tells the node: the part of the public path that it does not see, so that public path = prefix + node path, as Traefik's
 * StripPrefix sends it and Spring's ForwardedHeaderFilter reads it. `/sso` for a route from `/sso` to `/`; `/a` from `/a/b` to `/b`. Empty where nothing
 * is cut, or where the node has another path in its place.
 */
export function cutPrefix({ from, to }: PathMapping): string {
	return from !== to && from.endsWith(to) && !from.endsWith("-") ? from.slice(0, from.length - to.length) : "";
}
