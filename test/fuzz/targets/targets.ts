import type { Scope } from "../../harness/deadline.ts";
import type { Target } from "../target.ts";
import { bodyRewriter } from "./body.ts";
import { configTarget } from "./config.ts";
import { affinityCookie, cookies } from "./cookies.ts";
import { chunkedDecoder, requestParser, responseParser } from "./http1.ts";
import { http2Session } from "./http2.ts";
import { proxyHeader } from "./proxyHeader.ts";

/** All of them. The scope has the files that one of them needs. */
export async function fuzzTargets(scope: Scope): Promise<readonly Target[]> {
	return [
		requestParser,
		responseParser,
		chunkedDecoder,
		await configTarget(scope),
		bodyRewriter,
		cookies,
		affinityCookie,
		proxyHeader,
		http2Session,
	];
}
