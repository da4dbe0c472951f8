/** Names of files in a configuration: wherever the schema says `file`, they are relative to the file that they are written in. */
import { isAbsolute, relative, resolve } from "node:path";
import { type JsonSchema, jsonSchema, schemaBelow, schemaForms } from "./schemaKeys.ts";

/** A copy of the value of a file in `from` in which all names of files are relative to `to`. */
export function rebased(value: unknown, from: string, to: string): unknown {
	if (from === to) return value;
	const move = (part: unknown, schemas: readonly JsonSchema[]): unknown => {
		if (typeof part === "string") return schemas.flatMap(schemaForms).some(({ title }) => title === "file") ? moved(part, from, to) : part;
		if (Array.isArray(part))
			return part.map((each, index) =>
				move(
					each,
					schemas.flatMap((schema) => schemaBelow(schema, index)),
				),
			);
		if (typeof part !== "object" || part === null) return part;
		const entries = Object.entries(part).map(
			([key, each]) =>
				[
					key,
					move(
						each,
						schemas.flatMap((schema) => schemaBelow(schema, key)),
					),
				] as const,
		);
		return Object.fromEntries(entries);
	};
	return move(value, [jsonSchema()]);
}

/** `-` is standard output. */
function moved(name: string, from: string, to: string): string {
	return name === "-" || isAbsolute(name) ? name : relative(to, resolve(from, name));
}
