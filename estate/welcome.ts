/** The server of the demo's front page. It is a node like others: Portico reaches it over HTTP, by a route of its own. */
import http from "node:http";
import type { AddressInfo } from "node:net";
import { detached } from "./detached.ts";
import type { NodeDescription } from "./estate.ts";
import { type NodeState, nodeStates, STATE_WORDS } from "./nodeStates.ts";
import { USERS } from "./users.ts";
import { type WelcomeFacts, type WelcomeNode, welcomePage } from "./welcomePage.ts";
import { pictureText } from "./welcomePicture.ts";
import { WELCOME_SCRIPT, WELCOME_STYLE } from "./welcomeStyle.ts";

const HEADERS = {
	"Content-Security-Policy":
		"default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	"X-Content-Type-Options": "nosniff",
	"Referrer-Policy": "no-referrer",
	"Cache-Control": "no-store",
};

/**
 * @param nodes those of the estate, as they are now
 * @param application origin of the sample application
 * @returns the port on 127.0.0.1; the server ends with this process
 */
export function startWelcome(facts: WelcomeFacts, nodes: () => readonly NodeDescription[], application: string): Promise<number> {
	const [user = { name: "admin", password: "admin" }] = USERS;
	const stated = async (): Promise<WelcomeNode[]> => {
		const states = await nodeStates(facts.admin);
		return nodes().map(({ name, product, pid }) => {
			const state: NodeState = states.get(name) ?? "unknown";
			return { name, product, pid, state };
		});
	};
	const documents: Readonly<Record<string, () => Promise<readonly [type: string, text: string]>>> = {
		"/": async () => ["text/html", welcomePage(facts, await stated(), application, user)],
		"/demo/style.css": async () => ["text/css", WELCOME_STYLE],
		"/demo/script.js": async () => ["text/javascript", WELCOME_SCRIPT],
		"/demo/estate.json": async () => {
			const now = await stated();
			const rows = now.map(({ name, state, pid }) => ({ name, state, word: STATE_WORDS[state], pid }));
			return ["application/json", JSON.stringify({ nodes: rows, text: pictureText(now) })];
		},
	};
	const server = http.createServer(
		detached(async (request: http.IncomingMessage, response: http.ServerResponse) => {
			request.resume();
			const path = (request.url ?? "/").replace(/\?.*$/s, "");
			const make = Object.hasOwn(documents, path) ? documents[path] : undefined;
			const [type, text] = (await make?.()) ?? ["text/plain", "There is no such page in the demo.\n"];
			response.writeHead(make === undefined ? 404 : 200, { ...HEADERS, "Content-Type": `${type}; charset=utf-8` });
			response.end(request.method === "HEAD" ? undefined : text);
		}),
	);
	const { promise, resolve, reject } = Promise.withResolvers<number>();
	server.once("error", reject);
	server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
	return promise;
}
