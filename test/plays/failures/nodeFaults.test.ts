/** The node leaves, goes silent or sends nonsense, at every phase of an exchange. */
import assert from "node:assert/strict";
import { responseText } from "../../harness/message.ts";
import { answering, asked, CHUNKED, LARGE, NONSENSE, posted, TEN_BYTES, tunnelled } from "./messages.ts";
import { COMPLETE, cut, FORGOTTEN, told, toldEarly } from "./nodeOutcomes.ts";
import { type Actor, type Phase, playTable, type Scene } from "./table.ts";

const node: Actor = {
	name: "node",
	faults: {
		async FIN({ node }) {
			node?.end();
		},
		async RST({ node }) {
			node?.reset();
		},
		async stall(scene, phase) {
			scene.node?.pause();
			await phase.complete?.(scene);
		},
		async garbage({ node }) {
			await node?.send(NONSENSE);
		},
	},
};

const phases: readonly Phase[] = [
	{
		name: "on a kept connection",
		async reach(client, service) {
			const first = await asked(client, service);
			await first.send(responseText(200));
			assert.equal((await client.response()).status, 200);
			void service.node.connection(1).then(async (second) => {
				await second.request();
				await second.send(responseText(200));
			});
			return first;
		},
		outcomes: { FIN: FORGOTTEN, RST: FORGOTTEN, garbage: FORGOTTEN },
	},
	{
		name: "between the request's head and body",
		reach: (client, service) => posted(client, service, TEN_BYTES),
		outcomes: {
			FIN: toldEarly(502, "connection_terminated", "0123456789"),
			RST: toldEarly(502, "connection_terminated", "0123456789"),
			garbage: toldEarly(502, "http_protocol_error", "0123456789"),
		},
	},
	{
		name: "inside the request's body",
		reach: (client, service) => posted(client, service, TEN_BYTES, "abc"),
		outcomes: {
			FIN: toldEarly(502, "connection_terminated", "3456789"),
			RST: toldEarly(502, "connection_terminated", "3456789"),
			garbage: toldEarly(502, "http_protocol_error", "3456789"),
		},
	},
	{
		name: "inside a chunked request's body",
		reach: (client, service) => posted(client, service, CHUNKED, "3\r\nabc\r\n"),
		outcomes: {
			FIN: { answers: [502], client: "end", log: [[502, "connection_terminated"]] },
			RST: { answers: [502], client: "end", log: [[502, "connection_terminated"]] },
			garbage: { answers: [502], client: "end", log: [[502, "http_protocol_error"]] },
		},
	},
	{
		name: "inside a large upload",
		reach: (client, service) => posted(client, service, `Content-Length: ${3 + LARGE.length}`, "abc"),
		complete: async ({ client }) => void client.send(LARGE),
		outcomes: { stall: { answers: [504], client: "gone", log: [[504, "connection_write_timeout"]] } },
	},
	{
		name: "while its response is awaited",
		reach: asked,
		outcomes: {
			FIN: told(502, "connection_terminated"),
			RST: told(502, "connection_terminated"),
			stall: told(504, "http_response_timeout"),
			garbage: told(502, "http_protocol_error"),
		},
	},
	{
		name: "inside its response's head",
		async reach(client, service) {
			const node = await asked(client, service);
			await node.send("HTTP/1.1 200 OK\r\nContent-Le");
			return node;
		},
		outcomes: {
			FIN: told(502, "http_response_incomplete"),
			RST: told(502, "http_response_incomplete"),
			stall: told(504, "connection_read_timeout"),
			garbage: told(502, "http_protocol_error"),
		},
	},
	{
		name: "after an interim response",
		async reach(client, service) {
			const node = await asked(client, service);
			await node.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
			await client.readUntil("\r\n\r\n");
			return node;
		},
		outcomes: {
			FIN: told(502, "http_response_incomplete"),
			RST: told(502, "http_response_incomplete"),
			stall: told(504, "connection_read_timeout"),
			garbage: told(502, "http_protocol_error"),
		},
	},
	{
		name: "inside a response of known length",
		reach: (client, service) => answering(client, service, TEN_BYTES, "abc"),
		outcomes: { FIN: cut("http_response_incomplete"), RST: cut("http_response_incomplete"), stall: cut("connection_read_timeout") },
	},
	{
		name: "inside a chunked answer",
		reach: (client, service) => answering(client, service, CHUNKED, "3\r\nabc\r\n"),
		outcomes: {
			FIN: cut("http_response_incomplete"),
			RST: cut("http_response_incomplete"),
			stall: cut("connection_read_timeout"),
			garbage: cut("http_protocol_error"),
		},
	},
	{
		name: "inside a response that lasts until it closes",
		reach: (client, service) => answering(client, service, "Content-Type: text/plain", "abc"),
		outcomes: {
			FIN: COMPLETE,
			RST: cut("http_response_incomplete"),
			stall: cut("connection_read_timeout"),
		},
	},
	{
		name: "in a tunnel",
		reach: tunnelled,
		outcomes: {
			FIN: { answers: [], client: "end", node: "released", log: [[101, null]], also: ({ client }) => client.end() },
			RST: { answers: [], client: "end", log: [[101, null]] },
			stall: { answers: [], client: "gone", log: [[101, "tunnel_timeout"]] },
			garbage: { answers: [], client: "end", node: "released", log: [[101, null]], also: passedOn },
		},
	},
];

async function passedOn({ node, client }: Scene): Promise<void> {
	assert.equal(await client.readUntil(NONSENSE), NONSENSE);
	node?.end();
	await client.ended();
	client.end();
}

await playTable(node, phases);
