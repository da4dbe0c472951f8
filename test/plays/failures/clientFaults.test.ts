/** The client leaves, goes silent or sends nonsense, at every phase of an exchange. */
import assert from "node:assert/strict";
import { responseText } from "../../harness/message.ts";
import { answering, asked, CHUNKED, LARGE, NONSENSE, posted, TEN_BYTES, tunnelled } from "./messages.ts";
import { type Actor, type Outcome, type Phase, playTable, type Scene } from "./table.ts";

const client: Actor = {
	name: "client",
	faults: {
		async FIN(scene, phase) {
			scene.client.end();
			await phase.complete?.(scene);
		},
		async RST(scene) {
			scene.client.reset();
		},
		async stall(scene, phase) {
			scene.client.pause();
			await phase.complete?.(scene);
		},
		async garbage(scene, phase) {
			await scene.client.send(NONSENSE);
			await phase.complete?.(scene);
		},
	},
};

const GONE: Outcome = { answers: [], node: "released", log: [[499, "client_gone"]] };
const GONE_FROM_ANSWER: Outcome = { answers: [], node: "released", log: [[200, "client_gone"]] };
/** A client may end its side after its request: it still reads. */
const ANSWERED_ONCE: Outcome = { answers: [200], client: "end", log: [[200, null]] };
const ANSWERED_THEN_REFUSED: Outcome = {
	answers: [200, 400],
	client: "end",
	log: [
		[200, null],
		[400, "http_request_error"],
	],
};
const REFUSED: Outcome = { answers: [400], client: "end", node: "released", log: [[400, "http_request_error"]] };
const BODY_LATE: Outcome = { answers: [408], client: "end", node: "released", log: [[408, "request_body_timeout"]] };

const readsOn = ({ client }: Scene): void => {
	client.resume();
};
/** What was sent of the response before the fault has been read already: the rest of it is looked at here. */
function theRest(text: string, then: Partial<Outcome>): Outcome {
	const also = async ({ client }: Scene) => assert.equal(await client.readUntil(text), text);
	return { answers: [], client: "end", log: [[200, null]], ...then, also };
}
const thenRefused = async (scene: Scene): Promise<void> => {
	assert.equal(await scene.client.readUntil("defghij"), "defghij");
	assert.equal((await scene.client.response()).status, 400);
};
const endsToo = async ({ node, client }: Scene): Promise<void> => {
	assert.equal(await node?.ended(), "end");
	await node?.send("last words");
	node?.end();
	assert.equal(await client.readUntil("last words"), "last words");
};

const phases: readonly Phase[] = [
	{
		name: "before the head",
		reach: async () => null,
		outcomes: {
			FIN: { answers: [], client: "end", log: [] },
			RST: { answers: [], log: [] },
			stall: { answers: [], client: "end", log: [], also: readsOn },
			garbage: { answers: [400], client: "end", log: [[400, "http_request_error"]] },
		},
	},
	{
		name: "inside the head",
		async reach(client, { path }) {
			await client.send(`GET ${path} HTTP/1.1\r\nHost: local`);
			return null;
		},
		outcomes: {
			FIN: { answers: [], client: "end", log: [] },
			RST: { answers: [], log: [] },
			stall: { answers: [], client: "end", log: [[408, "request_head_timeout"]], also: answeredLate },
			garbage: { answers: [400], client: "end", log: [[400, "http_request_error"]] },
		},
	},
	{
		name: "between the head and a body of known length",
		reach: (client, service) => posted(client, service, TEN_BYTES),
		outcomes: { FIN: { ...GONE, client: "gone" }, RST: GONE, stall: lateBody() },
	},
	{
		name: "inside a body of known length",
		reach: (client, service) => posted(client, service, TEN_BYTES, "abc"),
		outcomes: { FIN: { ...GONE, client: "gone" }, RST: GONE, stall: lateBody() },
	},
	{
		name: "between the head and a chunked body",
		reach: (client, service) => posted(client, service, CHUNKED),
		outcomes: { FIN: { ...GONE, client: "gone" }, RST: GONE, stall: lateBody(), garbage: REFUSED },
	},
	{
		name: "inside a chunked body",
		reach: (client, service) => posted(client, service, CHUNKED, "3\r\nabc\r\n"),
		outcomes: { FIN: { ...GONE, client: "gone" }, RST: GONE, stall: lateBody(), garbage: REFUSED },
	},
	{
		name: "while it waits for the response",
		reach: asked,
		complete: async ({ node }) => node?.send(responseText(200, [], "abc")),
		outcomes: { FIN: ANSWERED_ONCE, RST: GONE, garbage: ANSWERED_THEN_REFUSED },
	},
	{
		name: "inside the response's head",
		async reach(client, service) {
			const node = await asked(client, service);
			await node.send("HTTP/1.1 200 OK\r\nContent-Le");
			return node;
		},
		complete: async ({ node }) => node?.send("ngth: 3\r\n\r\nabc"),
		outcomes: { FIN: ANSWERED_ONCE, RST: GONE, garbage: ANSWERED_THEN_REFUSED },
	},
	{
		name: "inside the response's body",
		reach: (client, service) => answering(client, service, TEN_BYTES, "abc"),
		complete: async ({ node }) => node?.send("defghij"),
		outcomes: {
			FIN: theRest("defghij", {}),
			RST: GONE_FROM_ANSWER,
			garbage: { ...ANSWERED_THEN_REFUSED, answers: [], also: thenRefused },
		},
	},
	{
		name: "inside a large response",
		reach: (client, service) => answering(client, service, `Content-Length: ${3 + LARGE.length}`, "abc"),
		complete: async ({ node }) => void node?.send(LARGE),
		outcomes: {
			RST: GONE_FROM_ANSWER,
			stall: { ...GONE_FROM_ANSWER, also: releasedWhileItSleeps },
		},
	},
	{
		name: "in a tunnel",
		reach: tunnelled,
		outcomes: {
			FIN: { answers: [], client: "end", node: "released", log: [[101, null]], also: endsToo },
			RST: { answers: [], node: "released", log: [[101, null]] },
			stall: { answers: [], client: "gone", node: "released", log: [[101, "tunnel_timeout"]], also: readsOn },
			garbage: { answers: [], client: "end", node: "released", log: [[101, null]], also: passedOn },
		},
	},
];

function lateBody(): Outcome {
	return { ...BODY_LATE, answers: [], also: answeredLate };
}

async function answeredLate({ client }: Scene): Promise<void> {
	client.resume();
	assert.equal((await client.response()).status, 408);
}

async function releasedWhileItSleeps({ node, client }: Scene): Promise<void> {
	await node?.ended();
	client.resume();
	assert.equal(await client.ended(), "reset");
	await client.read((unread) => unread.length, "what had come before");
}

async function passedOn({ node, client }: Scene): Promise<void> {
	assert.equal(await node?.readUntil(NONSENSE), NONSENSE);
	client.end();
	await node?.ended();
	node?.end();
}

await playTable(client, phases);
