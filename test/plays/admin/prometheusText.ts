/** A strict reader of Prometheus' text format, version 0.0.4: it throws at what a scraper might refuse or misread. */

export interface Family {
	readonly type: string;
	readonly help: string;
	readonly samples: readonly Sample[];
}

export interface Sample {
	readonly name: string;
	readonly labels: Readonly<Record<string, string>>;
	readonly value: number;
}

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (\\S+)$`);
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(?:,|$)/y;
const NUMBER = /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|[+-]?Inf|NaN)$/i;

export function parsePrometheus(text: string): ReadonlyMap<string, Family> {
	if (!text.endsWith("\n")) throw new Error("the last line does not end");
	const families = new Map<string, { type: string; help: string; samples: Sample[] }>();
	const seen = new Set<string>();
	let current = "";
	for (const line of text.slice(0, -1).split("\n")) {
		if (line === "") continue;
		const [, keyword, name = "", rest = ""] = new RegExp(`^# (HELP|TYPE) (${NAME}) (.*)$`).exec(line) ?? [];
		if (keyword === "HELP") {
			if (families.has(name)) throw new Error(`a second HELP of ${name}`);
			families.set(name, { type: "", help: rest, samples: [] });
			current = name;
		} else if (keyword === "TYPE") {
			const family = families.get(name);
			if (family === undefined || name !== current || family.type !== "") throw new Error(`TYPE out of place: ${line}`);
			if (!["counter", "gauge", "histogram"].includes(rest)) throw new Error(`type: ${line}`);
			family.type = rest;
		} else {
			const sample = parseSample(line);
			const family = families.get(current);
			const suffixes = family?.type === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
			if (family === undefined || !suffixes.some((suffix) => sample.name === current + suffix))
				throw new Error(`not of ${current}: ${line}`);
			const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
			if (seen.has(key)) throw new Error(`twice: ${line}`);
			seen.add(key);
			family.samples.push(sample);
		}
	}
	for (const [name, family] of families) checkFamily(name, family);
	return families;
}

function parseSample(line: string): Sample {
	const [, name, labelText = "", number = ""] = SAMPLE.exec(line) ?? [];
	if (name === undefined || !NUMBER.test(number)) throw new Error(`no sample: ${line}`);
	const labels: Record<string, string> = {};
	LABEL.lastIndex = 0;
	while (LABEL.lastIndex < labelText.length) {
		const [, label, value = ""] = LABEL.exec(labelText) ?? [];
		if (label === undefined || label in labels) throw new Error(`labels: ${line}`);
		labels[label] = value.replace(/\\(.)/g, (_, char: string) => (char === "n" ? "\n" : char));
	}
	const value = /inf$/i.test(number) ? Number(`${number.startsWith("-") ? "-" : ""}Infinity`) : Number(number);
	return { name, labels, value };
}

function checkFamily(name: string, { type, help, samples }: Family): void {
	if (type === "" || help === "") throw new Error(`${name} has no type or help`);
	if (type === "counter" && (!name.endsWith("_total") || samples.some(({ value }) => !(value >= 0))))
		throw new Error(`${name} is no counter`);
	if (type !== "counter" && name.endsWith("_total")) throw new Error(`${name} is no ${type}`);
	if (type !== "histogram") return;
	const buckets = samples.filter((sample) => sample.name === `${name}_bucket`);
	const ends = buckets.map(({ labels }) => Number(labels.le === "+Inf" ? Infinity : labels.le));
	const count = samples.find((sample) => sample.name === `${name}_count`)?.value;
	for (let i = 1; i < buckets.length; i++) {
		if (!((ends[i] ?? Number.NaN) > (ends[i - 1] ?? Number.NaN))) throw new Error(`${name}: buckets out of order`);
		if (!((buckets[i]?.value ?? Number.NaN) >= (buckets[i - 1]?.value ?? Number.NaN)))
			throw new Error(`${name}: buckets are not cumulative`);
	}
	if (ends.at(-1) !== Infinity || buckets.at(-1)?.value !== count) throw new Error(`${name}: the last bucket does not hold all`);
	if (!samples.some((sample) => sample.name === `${name}_sum`)) throw new Error(`${name} has no sum`);
}
