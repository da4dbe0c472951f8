import assert from "node:assert/strict";
import { test } from "node:test";
import { byTraffic } from "./byTraffic.ts";
import { mix32 } from "./hash.ts";
import { NO_KEY } from "./picker.ts";
import { candidatesOf, conforms, TestContext } from "./policy.fixture.ts";

conforms(byTraffic, { exact: true });

function carry({ loads }: TestContext, slot: number, bytes: number): void {
	loads.bytes[slot] = (loads.bytes[slot] ?? 0) + bytes;
	loads.ended[slot] = (loads.ended[slot] ?? 0) + 1;
}

test("bytes follow the weights over a million answers of very different sizes", () => {
	const weights = [3, 1, 2];
	const context = new TestContext();
	const picker = byTraffic(candidatesOf(weights), context);
	let sum = 0;
	for (let pick = 0; pick < 1_000_000; pick++) {
		const size = mix32(pick) % 16 === 0 ? 1_000_000 : 500;
		carry(context, picker.pick(NO_KEY, []), size);
		sum += size;
	}
	weights.forEach((weight, slot) => {
		assert.ok(Math.abs((context.loads.bytes[slot] ?? 0) - (sum * weight) / 6) <= 1_500_000);
	});
});

test("a member that was away is not flooded: bytes count from when the candidates changed", () => {
	const context = new TestContext();
	context.loads.bytes[0] = 1e12;
	context.loads.ended[0] = 1e6;
	const picker = byTraffic(candidatesOf([1, 1]), context);
	const counts = [0, 0];
	for (let pick = 0; pick < 1000; pick++) {
		const slot = picker.pick(NO_KEY, []);
		counts[slot] = (counts[slot] ?? 0) + 1;
		carry(context, slot, 700);
	}
	assert.deepEqual(counts, [500, 500]);
});

test("a burst that ends later is spread by what members' attempts carry on average", () => {
	const context = new TestContext();
	const picker = byTraffic(candidatesOf([1, 1]), context);
	const { bytes, ended, inFlights } = context.loads;
	[bytes[0], ended[0], bytes[1], ended[1]] = [300, 1, 100, 1];
	for (let pick = 0; pick < 400; pick++) {
		const slot = picker.pick(NO_KEY, []);
		inFlights[slot] = (inFlights[slot] ?? 0) + 1;
	}
	assert.ok(Math.abs((inFlights[0] ?? 0) - 100) <= 2, `${inFlights[0]}`);
});
