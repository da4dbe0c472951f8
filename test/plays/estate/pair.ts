import type { Scope } from "../../harness/deadline.ts";
import { fieldValues, type RawRequest, type RawResponse, requestText, responseText } from "../../harness/message.ts";
import type { Portico } from "../../harness/portico.ts";
import { exchange } from "../../harness/rawClient.ts";
import { startRawServer } from "../../harness/rawServer.ts";
import { serve } from "../../harness/stage.ts";
import { type Draft, Reloadable } from "../reload/rig.ts";

/** Who may use restricted paths. */
export const INSIDER = "127.0.0.9";

export type Product = "is" | "apim";

export interface PairOptions {
	readonly form?: "dash" | "slash";
	/** What a service's part says besides. */
	readonly is?: object;
	readonly apim?: object;
	/** More services. */
	readonly others?: object;
	/** How many nodes Identity Server has; 1 if not given. */
	readonly isNodes?: number;
	readonly config?: object;
}

export interface Ask {
	readonly method?: string;
	/** Complete lines. */
	readonly fields?: readonly string[];
	/** Sent with its length, as a form. */
	readonly form?: string;
	/** Bytes after the head, framed by `fields`. */
	readonly raw?: string;
	readonly from?: string;
}

/** Scripted nodes of both products behind Portico, under one public host. */
export interface Pair {
	readonly portico: Portico;
	/** What reached the nodes, all in order. */
	readonly seen: (RawRequest & { readonly product: Product; readonly node: string })[];
	/** Header lines of what the nodes answer, with the status in front: `["302", "Location: /x"]`. */
	answer: readonly [status: string, ...lines: string[]];
	/** One request on a connection of its own. */
	ask(scope: Scope, path: string, options?: Ask): Promise<RawResponse>;
	/** Who was asked for it, and by which path; null: nobody. */
	taker(scope: Scope, path: string, options?: Ask): Promise<string | null>;
	/** The Cookie header that reached the node, as bytes in latin1; null: it had none. */
	cookieAtNode(scope: Scope, path: string, ...lines: readonly string[]): Promise<string | null>;
	reload(edit: (config: Draft) => void): Promise<void>;
}

export async function startPair(scope: Scope, options: PairOptions = {}): Promise<Pair> {
	const seen: Pair["seen"] = [];
	const start = async (product: Product, node: string): Promise<number> => {
		const reply = (request: RawRequest): string => {
			seen.push({ product, node, ...request });
			const [status, ...lines] = pair.answer;
			return responseText(Number(status), lines, product);
		};
		return (await startRawServer(scope, serve(reply))).port;
	};
	const service = async (product: Product, kinds: readonly string[]): Promise<object> => ({
		product: `wso2-${product}`,
		prefix: `/${product}${options.form === "slash" ? "/" : "-"}`,
		transport: "http",
		access: { restricted: { allow: [`${INSIDER}/32`] } },
		health: { check: "off" },
		nodes: await Promise.all(
			Array.from({ length: product === "is" ? (options.isNodes ?? 1) : 1 }, async (_, index) => {
				const name = `${product}-${index + 1}`;
				const ports = await Promise.all(kinds.map(async (kind) => [kind, await start(product, name)] as const));
				return { name, host: "127.0.0.1", ports: Object.fromEntries(ports) };
			}),
		),
		...options[product],
	});
	const running = await Reloadable.start(scope, {
		public: "http://localhost",
		listeners: [{ address: "127.0.0.1:0" }],
		services: {
			is: await service("is", ["servlet"]),
			apim: await service("apim", ["servlet", "gateway", "websocket", "websub"]),
			...options.others,
		},
		accessLog: { path: "-", format: "json" },
		admin: { address: "127.0.0.1:0" },
		workers: 1,
		...options.config,
	});
	const { portico } = running;
	const pair: Pair = {
		portico,
		seen,
		answer: ["200"],
		async ask(ofTest, path, { method = "GET", fields = [], form, raw = form ?? "", from } = {}) {
			const framing = form === undefined ? [] : ["Content-Type: application/x-www-form-urlencoded", `Content-Length: ${form.length}`];
			const request = requestText(method, path, { fields: [...fields, ...framing] }) + raw;
			return exchange(ofTest, portico.port, request, from === undefined ? {} : { localAddress: from });
		},
		async taker(ofTest, path, ask) {
			const before = seen.length;
			await pair.ask(ofTest, path, ask);
			const request = seen[before];
			return request === undefined ? null : `${request.product} ${request.target}`;
		},
		async cookieAtNode(ofTest, path, ...lines) {
			const before = seen.length;
			await pair.ask(ofTest, path, { fields: lines.map((line) => `Cookie: ${line}`) });
			const request = seen[before];
			if (request === undefined) throw new Error(`nobody got ${path}`);
			const values = fieldValues(request, "cookie");
			if (values.length > 1) throw new Error(`several Cookie lines: ${values.join(" | ")}`);
			return values[0] ?? null;
		},
		async reload(edit) {
			const { msg } = await running.reload(edit);
			if (msg !== "config_reloaded") throw new Error(`the reload ended with ${String(msg)}`);
		},
	};
	return pair;
}

/** The Cookie line that a client sends after these responses. */
export function cookiesOf(...answers: readonly RawResponse[]): string {
	return `Cookie: ${answers.flatMap((answer) => fieldValues(answer, "set-cookie").map((each) => each.split(";", 1)[0] ?? "")).join("; ")}`;
}
