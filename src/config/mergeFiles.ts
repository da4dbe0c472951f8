/**
 * One configuration of several files. Mappings are joined key by key; lists become one, in the order in which the files are read; anything
 * else may be written once. Pure.
 */
import { type Origin, type Place, placeName } from "./places.ts";
import { type Problem, quote } from "./problem.ts";

/** A value, and where it is written. */
export interface Written {
	readonly value: unknown;
	readonly origin: Origin;
}

/** The whole value at a place. */
export function writtenAt(value: unknown, place: Place): Written {
	return { value, origin: { places: [place], children: null } };
}

/** @param problems gets those of keys that are written twice */
export function merge(first: Written, second: Written, problems: Problem[]): Written {
	const [a, b] = [first.value, second.value];
	// `services:` with nothing below it leaves them to other files.
	if (a === null || a === undefined) return second;
	if (b === null || b === undefined) return first;
	const places: Origin["places"] = [...first.origin.places, ...second.origin.places];
	if (Array.isArray(a) && Array.isArray(b)) {
		const elements = [...a.map((_, index) => childOf(first, index)), ...b.map((_, index) => childOf(second, index))];
		const children = new Map<number, Origin>(elements.map(({ origin }, index) => [index, origin]));
		return { value: elements.map(({ value }) => value), origin: { places, children } };
	}
	if (isMapping(a) && isMapping(b)) {
		const children = new Map<string, Origin>();
		const value: Record<string, unknown> = {};
		for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
			const [left, right] = [Object.hasOwn(a, key) ? childOf(first, key) : null, Object.hasOwn(b, key) ? childOf(second, key) : null];
			const joined = left !== null && right !== null ? merge(left, right, problems) : (left ?? right);
			if (joined === null) continue;
			value[key] = joined.value;
			children.set(key, joined.origin);
		}
		return { value, origin: { places, children } };
	}
	const [before] = first.origin.places;
	const [here] = second.origin.places;
	const name = here.path.findLast((step) => typeof step === "string") ?? "this";
	problems.push(
		here.source.problem(
			here.path,
			"key",
			`${quote(name)} is set already in ${placeName(before)}`,
			"a key is written in one file only: keep one of them",
		),
	);
	return first;
}

function childOf({ value, origin }: Written, step: string | number): Written {
	const child: unknown = isMapping(value) || Array.isArray(value) ? (value as Record<string | number, unknown>)[step] : undefined;
	const known = origin.children?.get(step);
	if (known !== undefined) return { value: child, origin: known };
	const [{ source, path }] = origin.places;
	return writtenAt(child, { source, path: [...path, step] });
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
