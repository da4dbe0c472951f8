/** Whether a path may hold `.` or `..` segments, also percent-encoded, as browsers resolve them (WHATWG URL, "double-dot path segment"). */
export function hasDotSegments(path: string): boolean {
	return path.includes("/.") || (path.includes("/%2") && (path.includes("/%2e") || path.includes("/%2E")));
}

/** RFC 3986 section 5.2.4 for a path beginning with `/`. Empty segments stay. */
export function resolveDotSegments(path: string): string {
	const kept: string[] = [];
	const segments = path.split("/");
	const last = segments.length - 1;
	for (let index = 1; index <= last; index++) {
		const segment = segments[index] as string;
		const dots = dotsIn(segment);
		if (dots === 2) kept.pop();
		if (dots === 0) kept.push(segment);
		else if (index === last) kept.push("");
	}
	return `/${kept.join("/")}`;
}

/** 1 for `.`, 2 for `..`, 0 for anything else. */
function dotsIn(segment: string): number {
	if (segment === "." || segment === "..") return segment.length;
	if (segment.length > 6 || !segment.includes("%")) return 0;
	const plain = segment.toLowerCase().replaceAll("%2e", ".");
	return plain === "." || plain === ".." ? plain.length : 0;
}
