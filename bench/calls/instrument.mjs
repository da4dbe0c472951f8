/**
 * Copies a build and puts a call of `runtime.ts` at the entry of every function of ours. Arguments: the build
 * (a `dist` folder), the folder that takes the copy. Prints a JSON list of the functions, by id: file, name
 * and line. A program of its own, since its parser is among the bench's own packages.
 */

import { cpSync, globSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parse } from "acorn";

const [build = "", copy = ""] = process.argv.slice(2);
const runtime = new URL("runtime.ts", import.meta.url).href;
const root = fileURLToPath(new URL("../../", import.meta.url));
const FUNCTIONS = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);

const functions = [];

/** Calls `visit` with every node, and with the name that its surroundings give it. */
function walk(node, name, visit) {
	visit(node, name);
	for (const [key, value] of Object.entries(node)) {
		const inner = key === "body" || key === "params" ? null : nameOf(node);
		for (const child of Array.isArray(value) ? value : [value]) {
			if (child !== null && typeof child === "object" && typeof child.type === "string") walk(child, inner, visit);
		}
	}
}

function nameOf({ type, key, id }) {
	if (type === "MethodDefinition" || type === "PropertyDefinition" || type === "Property") return key.name ?? String(key.value ?? "?");
	return type === "VariableDeclarator" ? (id.name ?? null) : null;
}

function instrumented(file, text) {
	const insertions = [];
	const lines = [0];
	for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lines.push(at + 1);
	walk(parse(text, { ecmaVersion: "latest", sourceType: "module", allowHashBang: true }), null, (node, name) => {
		if (!FUNCTIONS.has(node.type)) return;
		const line = lines.findLastIndex((start) => start <= node.start) + 1;
		const call = `__call(${functions.length})`;
		functions.push({ file, name: node.id?.name ?? name ?? "(anonymous)", line });
		const { body } = node;
		if (body.type === "BlockStatement") insertions.push([body.start + 1, `${call};`]);
		else insertions.push([body.start, `(${call},`], [body.end, ")"]);
	});
	insertions.sort(([one], [other]) => one - other);
	const pieces = [];
	let at = 0;
	for (const [position, piece] of insertions) {
		pieces.push(text.slice(at, position), piece);
		at = position;
	}
	const [, hashBang, rest] = /^(#![^\n]*\n)?(.*)$/s.exec(pieces.join("") + text.slice(at));
	// On the first line of the code, so that the lines of messages stay true.
	return `${hashBang ?? ""}import { call as __call } from ${JSON.stringify(runtime)};${rest}`;
}

cpSync(build, join(copy, "dist"), { recursive: true });
cpSync(join(root, "package.json"), join(copy, "package.json"));
symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
for (const name of globSync("src/**/*.js", { cwd: join(copy, "dist") }).sort()) {
	const path = join(copy, "dist", name);
	writeFileSync(path, instrumented(name.replace(/\.js$/, ".ts"), readFileSync(path, "utf8")));
}
process.stdout.write(JSON.stringify({ base: pathToFileURL(join(copy, "dist")).href, functions }));
