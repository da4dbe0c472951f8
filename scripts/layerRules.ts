/**
 * Who may import whom in src/ (docs/explanation/architecture.md draws it), as data. scripts/layers.ts checks it; tests are exempt.
 *
 * Files of one layer may import each other, as long as their folders do not go round in a circle. Inside the pure layer the order is {@link FLOORS}.
 */

export type LayerName = "contract" | "pure" | "product" | "io" | "path" | "control" | "root";

export interface Layer {
	/** Layers below that it may import. Its own is always allowed. */
	readonly mayImport: readonly LayerName[];
	/** Layers of which it may import types only: narrow views. */
	readonly mayImportTypes: readonly LayerName[];
	/** Packages and `node:` modules it may import; null for any. */
	readonly modules: readonly string[] | null;
	/** Keys of {@link USES} that must not occur. */
	readonly mustNotUse: readonly (keyof typeof USES)[];
}

/** What code can reach without an import, as it looks in a source. */
export const USES = {
	// Where the runtime lies is the same for everyone, so it is no matter.
	process: /(?<![.\w$#])process\b(?!\s*[:?(]|\.execPath\b)|(?<=globalThis\s*\.\s*)process\b/,
	"the time": /\bDate\s*\.\s*now\b|\bnew\s+Date\s*\(\s*\)|(?<![.\w$#])performance\s*\.\s*now\b/,
	randomness: /\bMath\s*\.\s*random\b|(?<![.\w$#])crypto\s*\./,
	timers: /(?<![.\w$#])(?:set|clear)(?:Timeout|Interval|Immediate)\b/,
	console: /(?<![.\w$#])console\s*\./,
	fetch: /(?<![.\w$#])fetch\s*\(/,
} as const;

export const LAYERS: Readonly<Record<LayerName, Layer>> = {
	contract: {
		mayImport: [],
		mayImportTypes: [],
		modules: [],
		mustNotUse: ["process", "randomness", "timers", "console", "fetch"],
	},
	pure: {
		mayImport: ["contract"],
		mayImportTypes: [],
		modules: [],
		mustNotUse: ["process", "the time", "randomness", "timers", "console", "fetch"],
	},
	// Facts about products, as data. What the data path needs of them is in the plan, so only what makes the plan or explains it may look here.
	product: {
		mayImport: ["contract"],
		mayImportTypes: [],
		modules: [],
		mustNotUse: ["process", "the time", "randomness", "timers", "console", "fetch"],
	},
	io: {
		mayImport: ["contract", "pure"],
		mayImportTypes: [],
		modules: null,
		mustNotUse: ["process", "console"],
	},
	path: {
		mayImport: ["contract", "pure", "io"],
		mayImportTypes: [],
		modules: [],
		mustNotUse: ["process", "the time", "randomness", "timers", "console", "fetch"],
	},
	control: {
		mayImport: ["contract", "pure", "product"],
		mayImportTypes: ["io"],
		modules: null,
		mustNotUse: ["process", "console"],
	},
	root: {
		mayImport: ["contract", "pure", "product", "io", "path", "control"],
		mayImportTypes: [],
		modules: null,
		mustNotUse: ["console"],
	},
};

/** Beginnings of paths below src/ and the layer of what lies there; the longest that fits counts. */
export const PLACES: Readonly<Record<string, LayerName>> = {
	"errors.ts": "contract",
	"clock.ts": "contract",
	"log/log.ts": "contract",
	"plan/": "pure",
	"http/": "pure",
	"http1/": "pure",
	"http2/": "pure",
	"route/": "pure",
	"rewrite/": "pure",
	"body/": "pure",
	"body/bodyPipe.ts": "io",
	"body/codec.ts": "io",
	"body/decodeStart.ts": "io",
	"body/gzipWriter.ts": "io",
	"balance/": "pure",
	"balance/pool.ts": "path",
	"balance/placement.ts": "path",
	"balance/requestQueue.ts": "io",
	"affinity/": "pure",
	"limit/": "pure",
	"auth/": "io",
	"auth/attempts.ts": "pure",
	"auth/basicCredentials.ts": "pure",
	"auth/htpasswd.ts": "pure",
	"auth/passwordHash.ts": "pure",
	"exchange/fullGate.ts": "pure",
	"health/": "pure",
	"transport/proxyProtocol.ts": "pure",
	"upstream/retryRule.ts": "pure",
	"control/reload/": "pure",
	"products/": "product",
	"control/reload/tryBind.ts": "io",
	"transport/": "io",
	"tls/": "io",
	"listener/": "io",
	"upstream/": "io",
	"health/watch/": "io",
	"scoreboard/": "io",
	"log/": "io",
	"metrics/": "io",
	"proxy.ts": "path",
	"snapshot.ts": "path",
	"exchange/": "path",
	"exchange/compiledOwnRoute.ts": "pure",
	"exchange/compiledRoute.ts": "pure",
	"exchange/decide.ts": "pure",
	"exchange/interceptedPage.ts": "pure",
	"exchange/offlineRules.ts": "pure",
	"exchange/request.ts": "pure",
	"exchange/servicePages.ts": "pure",
	"config/": "control",
	"admin/": "control",
	"doctor/": "control",
	"control/": "root",
	"worker/": "root",
	"cli.ts": "root",
	"main.ts": "root",
	"commands/": "root",
};

/**
 * The order inside the pure layer, lowest floor first: a file may import from its own floor and from those below it, so that a wire codec cannot know what a route
 * allows, nor a route what a page says.
 */
export const FLOORS: readonly (readonly string[])[] = [
	["plan/"],
	["http/"],
	["http1/", "http2/"],
	["route/", "balance/", "affinity/", "limit/", "health/", "upstream/", "listener/", "transport/", "control/reload/", "auth/"],
	["rewrite/"],
	["body/"],
	["exchange/"],
];

/** Single imports that a layer would forbid, each with its reason. `from` and `to` are paths below src/, or `to` a module. */
export const EXCEPTIONS: readonly { readonly from: string; readonly to: string; readonly reason: string }[] = [
	{ from: "affinity/cookieValue.ts", to: "node:crypto", reason: "hashing is a function of its input, and nobody else's is as safe" },
	{ from: "config/", to: "log/logFormat.ts", reason: "a format is checked by the code that will write it" },
	{ from: "affinity/", to: "node:crypto", reason: "an HMAC is a pure function of its input" },
	{ from: "config/", to: "log/mask.ts", reason: "the default list of masked parameters stands beside the code that masks" },
	{ from: "doctor/", to: "transport/node/clientTls.ts", reason: "a node is judged by the very rules by which traffic trusts it" },
	{ from: "health/bodyPattern.ts", to: "re2js", reason: "a match is a pure function of pattern and text" },
];

/**
 * Who may use `process`: cli.ts and main.ts, which hand arguments, signals, exit codes and streams to the others, and worker.ts, whose thread has one of its
 * own (it hears of an exception that ends the thread).
 */
export const OWNERS_OF_PROCESS: readonly string[] = ["cli.ts", "main.ts", "worker/thread.ts"];
