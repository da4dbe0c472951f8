import { z } from "zod";

/** A JSON Schema as data. */
export type JsonSchema = { readonly [key: string]: unknown };

/** For validation and serialisation: it holds all that it refers to. */
export function standaloneSchema(type: z.ZodType): JsonSchema {
	const { $schema: _, ...schema } = z.toJSONSchema(type, { target: "draft-7" });
	return schema;
}

/** For OpenAPI 3.1, whose schemas are JSON Schema 2020-12: every named type once, by its name. */
export function componentSchemas(types: readonly z.ZodType[]): Record<string, JsonSchema> {
	const definitions = types.map((type) => z.toJSONSchema(type).$defs ?? {});
	return movedReferences(Object.assign({}, ...definitions)) as Record<string, JsonSchema>;
}

/** @param type has a name */
export function componentReference(type: z.ZodType): JsonSchema {
	return { $ref: `#/components/schemas/${type.meta()?.id ?? ""}` };
}

/** A copy whose references lead to the components. */
function movedReferences(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(movedReferences);
	if (typeof value === "string") return value.replace(/^#\/\$defs\//, "#/components/schemas/");
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, movedReferences(each)]));
}
