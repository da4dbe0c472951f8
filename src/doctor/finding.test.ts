import assert from "node:assert/strict";
import { test } from "node:test";
import { exitCode, type Finding, ranked } from "./finding.ts";

const found = (id: string, severity: Finding["severity"], fields: Partial<Finding> = {}): Finding => {
	const remedies = [{ file: "portico.yaml", lines: "a: 1", note: null }];
	return {
		id,
		severity,
		service: "is",
		nodes: ["is-1"],
		what: "wrong",
		evidence: [{ request: "a", result: "b" }],
		why: "because",
		remedies,
		accepted: null,
		...fields,
	};
};

test("errors come first, then the order of the checks, then the services", () => {
	const order = ranked(
		[
			found("b.x", "advice"),
			found("b.y", "error", { service: "z" }),
			found("b.y", "error", { service: "a" }),
			found("a.x", "error"),
			found("a.y", "warning"),
		],
		["a.x", "a.y", "b.x", "b.y"],
	);
	assert.deepEqual(
		order.map(({ id, service }) => `${id} ${service}`),
		["a.x is", "b.y a", "b.y z", "a.y is", "b.x is"],
	);
});

test("the same fault of several nodes is one finding with the evidence of all, and each remedy once", () => {
	const other = { file: "portico.yaml", lines: "b: 2", note: null };
	const [one, ...more] = ranked(
		[
			found("a.x", "error"),
			found("a.x", "error", {
				nodes: ["is-2"],
				evidence: [{ request: "c", result: "d" }],
				remedies: [...found("a.x", "error").remedies, other],
			}),
		],
		["a.x"],
	);
	assert.deepEqual(more, []);
	assert.deepEqual([one?.nodes, one?.evidence.length, one?.remedies.length], [["is-1", "is-2"], 2, 2]);
});

test("the exit code follows the worst", () => {
	assert.deepEqual(
		[
			exitCode([]),
			exitCode([found("a", "advice")]),
			exitCode([found("a", "warning"), found("a", "advice")]),
			exitCode([found("a", "warning"), found("a", "error")]),
		],
		[0, 0, 1, 2],
	);
});
