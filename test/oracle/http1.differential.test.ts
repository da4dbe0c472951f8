import assert from "node:assert/strict";
import { METHODS } from "node:http";
import { after, before, describe, it } from "node:test";
import { isRelayableTrailer } from "../../src/http1/trailers.ts";
import { Dice, requestSample, responseSample, type Sample } from "./http1Generator.ts";
import { type NodeReading, NodeRequestReader, NodeResponseReader, type ReadMessage } from "./http1NodeReading.ts";
import { type OurReading, ourRequests, ourResponse } from "./http1OurReading.ts";

const SEED = 20260917;
const REQUESTS = 4000;
const RESPONSES = 2000;
/** Connections at a time. */
const LANES = 16;

/** What we accept and node:http refuses, on purpose. Everything else that node refuses must be refused by us. */
interface Exception {
	readonly why: string;
	readonly nodeErrors: readonly (string | null)[];
	readonly example: string;
	/** `message` is the first of ours that node did not complete, if we read its head; `rest` are the octets from there on. */
	applies(message: ReadMessage | undefined, rest: string, all: string): boolean;
}

const HEAD = "POST / HTTP/1.1\r\nHost: a\r\n";
const LAST_CHUNK_AND_TRAILERS = "\\r\\n0+(;[^\\r\\n]*)?\\r\\n([^\\r\\n]+\\r\\n)*";
const FRAMING_TRAILER = new RegExp(`${LAST_CHUNK_AND_TRAILERS}(content-length|transfer-encoding):`, "i");
const CLOSE_TRAILER = new RegExp(`${LAST_CHUNK_AND_TRAILERS}connection:[ \\t]*close`, "i");

const EXCEPTIONS: readonly Exception[] = [
	{
		why: "node knows a list of methods; we pass on any token, since what a service allows is a matter of its routes",
		nodeErrors: ["HPE_INVALID_METHOD"],
		example: "BREW / HTTP/1.1\r\nHost: a\r\n\r\n",
		applies: (message) => message !== undefined && !METHODS.includes(message.line.split(" ", 1)[0] ?? ""),
	},
	{
		why: "we judge target and framing once the head is complete, and a method is as good as any; node does so octet by octet",
		nodeErrors: [
			"HPE_INVALID_METHOD",
			"HPE_INVALID_URL",
			"HPE_INVALID_CONTENT_LENGTH",
			"HPE_INVALID_TRANSFER_ENCODING",
			"HPE_UNEXPECTED_CONTENT_LENGTH",
		],
		example: `${HEAD}Content-Length: 5, 5\r\n`,
		applies: (message, rest) => message === undefined && !rest.replace(/^(\r\n)+/, "").includes("\r\n\r\n"),
	},
	{
		why: "framing fields in trailers are dropped, as RFC 9110 section 6.5.1 allows, and change nothing; node takes them for a second framing",
		nodeErrors: ["HPE_INVALID_CONTENT_LENGTH", "HPE_INVALID_TRANSFER_ENCODING"],
		example: `${HEAD}Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 5\r\n\r\n`,
		applies: (message, rest) => message !== undefined && FRAMING_TRAILER.test(rest),
	},
	{
		why: "so is Connection in trailers; node closes after it and does not read the next request",
		nodeErrors: [null],
		example: `${HEAD}Transfer-Encoding: chunked\r\n\r\n0\r\nConnection: close\r\n\r\n${HEAD}\r\n`,
		applies: (message, _, all) => message !== undefined && CLOSE_TRAILER.test(all),
	},
	{
		why: "an interim response cannot end the connection before the final one has come; node stops reading there",
		nodeErrors: [null],
		example: "HTTP/1.1 100 Continue\r\nConnection: close\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
		applies: (_, __, all) => /^HTTP\/1\.\d 1\d\d[^\r]*\r\n([^\r\n]+\r\n)*connection:[ \t]*close/i.test(all),
	},
	{
		why: "a folded line of a response is joined by a space (RFC 9112 section 5.2): old application servers send them",
		nodeErrors: ["HPE_INVALID_HEADER_TOKEN"],
		example: "HTTP/1.1 200 OK\r\nX-A: 1\r\n 2\r\nContent-Length: 0\r\n\r\n",
		applies: (message, rest) => message !== undefined && /^\d/.test(message.line) && /\r\n[ \t]/.test(rest),
	},
];

const EXAMPLES = EXCEPTIONS.map((row) => ({ bytes: Buffer.from(row.example, "latin1"), sound: false, method: "GET" as const }));
const REQUEST_EXAMPLES = EXAMPLES.filter((sample) => !sample.bytes.includes("HTTP/1.1 200"));
const RESPONSE_EXAMPLES = EXAMPLES.filter((sample) => sample.bytes.includes("HTTP/1.1 200"));

/** How the two readings differ where they must not, or null. */
function difference(ours: OurReading, node: NodeReading): string | null {
	for (const [i, message] of ours.messages.entries()) {
		const other = node.messages[i];
		if (other === undefined) return `node:http refuses message ${i}: ${node.error}`;
		if (message.line !== other.line || message.version !== other.version) return `line "${message.line}" is "${other.line}"`;
		if (message.fields.join("\n") !== other.fields.join("\n"))
			return `fields ${JSON.stringify(message.fields)} are ${JSON.stringify(other.fields)}`;
		if (!message.complete) continue;
		if (!other.complete) return `message ${i} is not complete: ${node.error}`;
		if (message.body !== other.body) return `body ${JSON.stringify(message.body)} is ${JSON.stringify(other.body)}`;
		if (message.trailers.join("\n") !== relayable(other.trailers).join("\n")) return `trailers ${message.trailers} are ${other.trailers}`;
	}
	if (ours.error === null && node.error !== null) return `node:http refuses: ${node.error}`;
	return null;
}

function relayable(trailers: readonly string[]): string[] {
	const kept: string[] = [];
	for (let i = 0; i + 1 < trailers.length; i += 2) {
		const [name = "", value = ""] = trailers.slice(i, i + 2);
		if (isRelayableTrailer(name.toLowerCase())) kept.push(name, value);
	}
	return kept;
}

function exceptionFor(bytes: Buffer, ours: OurReading, node: NodeReading): Exception | undefined {
	const index = node.messages.findIndex((message) => !message.complete);
	const reached = index === -1 ? node.messages.length : index;
	const message = ours.messages[reached];
	const rest = bytes.toString("latin1", ours.starts[reached] ?? 0);
	return EXCEPTIONS.find((row) => row.nodeErrors.includes(node.error) && row.applies(message, rest, bytes.toString("latin1")));
}

const used = new Set<Exception>();

/** Runs all samples, a few at a time. */
async function compareAll<S extends Sample>(
	samples: readonly S[],
	ours: (sample: S) => OurReading,
	node: (sample: S) => Promise<NodeReading>,
) {
	const tally = { accepted: 0, stricter: 0, both: 0, excepted: 0, differences: [] as string[] };
	let next = 0;
	const lane = async () => {
		for (let sample = samples[next++]; sample !== undefined; sample = samples[next++]) {
			const mine = ours(sample);
			const other = await node(sample);
			const text = JSON.stringify(sample.bytes.toString("latin1"));
			const found = difference(mine, other);
			if (sample.sound && mine.error !== null) tally.differences.push(`refused, though sound: ${mine.error.message} ${text}`);
			if (mine.error === null) tally.accepted++;
			else if (other.error === null) tally.stricter++;
			else tally.both++;
			if (found === null) continue;
			const exception = exceptionFor(sample.bytes, mine, other);
			if (exception === undefined) tally.differences.push(`${found} ${text}`);
			else {
				used.add(exception);
				tally.excepted++;
			}
		}
	};
	await Promise.all(Array.from({ length: LANES }, lane));
	return tally;
}

describe(`compared with node:http, seed ${SEED}`, () => {
	let requests: NodeRequestReader;
	let responses: NodeResponseReader;

	before(async () => {
		requests = await NodeRequestReader.start();
		responses = await NodeResponseReader.start();
	});

	after(() => {
		requests.stop();
		responses.stop();
	});

	it(`of ${REQUESTS} requests, none that node refuses is accepted and all that both accept mean the same`, async (test) => {
		const dice = new Dice(SEED);
		const samples = [...REQUEST_EXAMPLES, ...Array.from({ length: REQUESTS }, () => requestSample(dice))];
		const { differences, ...tally } = await compareAll(
			samples,
			(sample) => ourRequests(sample.bytes),
			(sample) => requests.read(sample.bytes),
		);
		test.diagnostic(JSON.stringify(tally));
		assert.deepEqual(differences, []);
		assert.ok(tally.accepted > REQUESTS / 5 && tally.both > REQUESTS / 5, "the samples reach both sides");
	});

	it(`of ${RESPONSES} responses, none that node refuses is accepted and all that both accept mean the same`, async (test) => {
		const dice = new Dice(SEED + 1);
		const samples = [...RESPONSE_EXAMPLES, ...Array.from({ length: RESPONSES }, () => responseSample(dice))];
		const shortened = samples.map((sample) => {
			const ours = ourResponse(sample);
			return ours.error === null ? { ...sample, bytes: sample.bytes.subarray(0, ours.taken) } : sample;
		});
		const { differences, ...tally } = await compareAll(shortened, ourResponse, (sample) => responses.read(sample));
		test.diagnostic(JSON.stringify(tally));
		assert.deepEqual(differences, []);
		assert.ok(tally.accepted > RESPONSES / 5 && tally.both > RESPONSES / 5, "the samples reach both sides");
	});

	it("each exception is needed", () => {
		assert.deepEqual(
			EXCEPTIONS.filter((row) => !used.has(row)).map((row) => row.why),
			[],
		);
	});
});
