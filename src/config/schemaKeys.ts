/** The keys that the schema knows at a path, for did-you-mean. Read from the JSON Schema, so it can never lag behind. */
import { z } from "zod";
import { configSchema } from "./schema.ts";
import type { ConfigPath } from "./source.ts";

/** The part of JSON Schema that {@link configSchema} makes use of. */
export interface JsonSchema {
	readonly type?: string;
	readonly title?: string;
	readonly description?: string;
	readonly default?: unknown;
	/** In place of a default that is not one value: Markdown, for docs/reference/config.md. */
	readonly whenUnset?: string;
	readonly enum?: readonly unknown[];
	readonly const?: unknown;
	readonly properties?: Readonly<Record<string, JsonSchema>>;
	readonly required?: readonly string[];
	readonly items?: JsonSchema;
	readonly additionalProperties?: JsonSchema | boolean;
	readonly propertyNames?: JsonSchema;
	readonly anyOf?: readonly JsonSchema[];
	readonly minimum?: number;
	readonly maximum?: number;
}

let made: JsonSchema | undefined;

/** What a file may hold, before defaults are filled in. Made once, when first asked for. */
export function jsonSchema(): JsonSchema {
	made ??= z.toJSONSchema(configSchema, { io: "input", target: "draft-7" }) as JsonSchema;
	return made;
}

/** Sorted; empty where any key goes. */
export function knownKeys(path: ConfigPath): readonly string[] {
	let schemas: readonly JsonSchema[] = [jsonSchema()];
	for (const step of path) schemas = schemas.flatMap((schema) => schemaBelow(schema, step));
	return [...new Set(schemas.flatMap(schemaForms).flatMap(keysOf))].sort();
}

function keysOf({ properties, propertyNames }: JsonSchema): string[] {
	return [...Object.keys(properties ?? {}), ...(propertyNames?.enum ?? []).map(String)];
}

/** It, and all that it may be instead. */
export function schemaForms(schema: JsonSchema): readonly JsonSchema[] {
	return [schema, ...(schema.anyOf ?? []).flatMap(schemaForms)];
}

/** What the schema says of an element. */
export function schemaBelow(schema: JsonSchema, step: string | number): JsonSchema[] {
	return schemaForms(schema).flatMap((one) => {
		if (typeof step === "number") return one.items ?? [];
		const rest = typeof one.additionalProperties === "object" ? one.additionalProperties : [];
		return one.properties?.[step] ?? rest;
	});
}
