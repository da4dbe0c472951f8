/** The OpenAPI document of the admin API, made from its routes. */
import type { z } from "zod";
import { componentReference, componentSchemas, type JsonSchema } from "./jsonSchemas.ts";
import { MODEL } from "./model.ts";
import type { AdminRoute } from "./routes.ts";

/** Answers that every route may give. */
const ALWAYS = {
	400: "The request is malformed.",
	401: "The bearer token is missing or unknown.",
	403: "The Host or Origin is refused.",
} as const;

export function openApiDocument(routes: readonly AdminRoute[]): JsonSchema {
	const paths: Record<string, Record<string, JsonSchema>> = {};
	for (const route of routes) {
		const path = paths[route.path] ?? {};
		paths[route.path] = path;
		path[route.method.toLowerCase()] = operation(route);
	}
	return {
		openapi: "3.1.0",
		info: {
			title: "Portico admin API",
			version: "1",
			description:
				"State of services, nodes and members, and changes at run time. A bearer token is needed unless the request comes over loopback; Host and Origin are checked even there.",
		},
		security: [{}, { token: [] }],
		paths,
		components: {
			securitySchemes: { token: { type: "http", scheme: "bearer" } },
			schemas: componentSchemas(Object.values(MODEL)),
		},
	};
}

function operation({ summary, nameIs, body, answers }: AdminRoute): JsonSchema {
	const always = Object.entries(ALWAYS).map(([status, text]) => [status, answer(text, MODEL.failure)] as const);
	const own = Object.entries(answers).map(([status, { text, body: type }]) => [status, answer(text, type)] as const);
	return {
		summary,
		...(nameIs === undefined
			? {}
			: { parameters: [{ name: "name", in: "path", required: true, description: nameIs, schema: { type: "string" } }] }),
		...(body === undefined ? {} : { requestBody: { required: true, content: json(body) } }),
		responses: Object.fromEntries([...always, ...own]),
	};
}

function answer(description: string, type: z.ZodType | "text"): JsonSchema {
	return { description, content: type === "text" ? { "text/plain": { schema: { type: "string" } } } : json(type) };
}

function json(type: z.ZodType): JsonSchema {
	return { "application/json": { schema: componentReference(type) } };
}
