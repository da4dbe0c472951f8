/** `requestHeaders` and `responseHeaders`: what happens to header fields. A mapping of names to values is the short form of `set`. */
import { z } from "zod";
import type { HeaderAction, HeaderRulePlan } from "../plan/headers.ts";
import { headerName, headerValue } from "./scalars.ts";
import type { ConfigPath } from "./source.ts";

/** A rule, and where in the value of `requestHeaders` or `responseHeaders` it is written. */
export interface WrittenHeaderRule extends HeaderRulePlan {
	readonly at: ConfigPath;
}

/** `requestHeaders` or `responseHeaders` of the file, a service or a route. */
export interface WrittenHeaders {
	/** False: the rules of the levels above do not apply. */
	readonly inherit: boolean;
	readonly rules: readonly WrittenHeaderRule[];
}

const values = z.record(headerName, headerValue);
const ACTIONS = ["remove", "default", "set", "add"] as const satisfies readonly HeaderAction[];

/** A header that is called like a key below is not possible in the short form. */
function hasActions(input: unknown): boolean {
	if (typeof input !== "object" || input === null) return false;
	return ACTIONS.some((action) => Object.hasOwn(input, action)) || typeof (input as { inherit?: unknown }).inherit === "boolean";
}

const short = form(values, (input) => !hasActions(input));

const keys = z.strictObject({
	remove: z.array(headerName).optional().describe("Names of fields that are not passed on."),
	default: values.optional().describe("Fields that are added where there is none of that name."),
	set: values.optional().describe("Fields that replace all of that name."),
	add: z
		.record(headerName, z.union([headerValue, z.array(headerValue).min(1)]))
		.optional()
		.describe("Fields that are added as one more line, or a list of lines."),
	inherit: z
		.boolean()
		.default(true)
		.describe("In a service or route. `false`: the rules of the file, and in a route those of the service, do not apply here."),
});

const long = form(keys, hasActions);

/** Problems are told of the form that was meant, whatever else is wrong with it. */
function form<T extends z.ZodType>(schema: T, isMeant: (input: unknown) => boolean) {
	return z.preprocess((input, context) => {
		if (!isMeant(input)) context.issues.push({ code: "invalid_type", expected: "record", input });
		return input;
	}, schema);
}

type Short = z.output<typeof values>;
type Long = z.output<typeof long>;

/** @param description for docs/reference/config.md */
export function headerRules(description: string) {
	return z
		.union([short, long], {
			error: (issue) =>
				typeof issue.input === "object" && issue.input !== null && !Array.isArray(issue.input)
					? undefined
					: "a mapping of header names to values is expected\nwrite { X-Frame-Options: DENY }, or the keys remove, default, set, add and inherit",
		})
		.meta({ title: "header rules" })
		.prefault({})
		.transform((written): WrittenHeaders => (isLong(written) ? longRules(written) : { inherit: true, rules: shortRules(written) }))
		.describe(description);
}

function isLong(written: Short | Long): written is Long {
	return hasActions(written);
}

function shortRules(written: Short): WrittenHeaderRule[] {
	return Object.entries(written).map(([name, value]) => ({ action: "set", name, value, at: [name] }));
}

function longRules({ remove = [], default: defaults = {}, set = {}, add = {}, inherit }: Long): WrittenHeaders {
	const single = (action: "default" | "set", from: Short): WrittenHeaderRule[] =>
		Object.entries(from).map(([name, value]) => ({ action, name, value, at: [action, name] }));
	const added = Object.entries(add).flatMap(([name, lines]): WrittenHeaderRule[] =>
		typeof lines === "string"
			? [{ action: "add", name, value: lines, at: ["add", name] }]
			: lines.map((value, index) => ({ action: "add", name, value, at: ["add", name, index] })),
	);
	const removed = remove.map((name, index): WrittenHeaderRule => ({ action: "remove", name, value: "", at: ["remove", index] }));
	return { inherit, rules: [...removed, ...single("default", defaults), ...single("set", set), ...added] };
}
