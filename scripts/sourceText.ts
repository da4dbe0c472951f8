/** A look at TypeScript sources that is just sharp enough for the house rules: no parser, so nothing to install or to keep up. */

export interface Import {
	/** As written: `../http/uri.ts`, `node:net`, `yaml`. */
	readonly specifier: string;
	/** Leaves no trace at run time. */
	readonly typeOnly: boolean;
	/** From 1. */
	readonly line: number;
}

// A `/` after one of these begins a regular expression; after anything else it divides.
const BEFORE_REGEX = /(?:^|[(,=:[!&|?{};+\-*%~^<>]|\b(?:return|typeof|case|in|of|do|else|void|yield|await))\s*$/;

/**
 * Blanks comments, the text of strings and templates, and regular expressions; what is left is code. Length and line ends stay
 * as they are, quotes stay too.
 */
export function codeOnly(source: string): string {
	let code = "";
	// Depth of braces at which a template's `${` closes, innermost last.
	const templates: number[] = [];
	let depth = 0;
	for (let at = 0; at < source.length; ) {
		const char = source[at] as string;
		let end = at + 1;
		if (source.startsWith("//", at) || (at === 0 && source.startsWith("#!"))) end = endOf(source, at, /\n|$/g, 0);
		else if (source.startsWith("/*", at)) end = endOf(source, at + 2, /\*\//g);
		else if (char === '"' || char === "'") end = endOf(source, at + 1, char === '"' ? /(?<!\\)(?:\\\\)*"|\n/g : /(?<!\\)(?:\\\\)*'|\n/g);
		else if (char === "`" || (char === "}" && templates.at(-1) === depth)) {
			if (char === "}") templates.pop();
			end = endOf(source, at + 1, /(?<!\\)(?:\\\\)*(?:`|\$\{)/g);
			if (source[end - 1] === "{") templates.push(depth);
		} else if (char === "/" && BEFORE_REGEX.test(code.slice(-80))) {
			end = endOf(source, at + 1, /(?:[^\\/[\n]|\\.|\[(?:[^\\\]\n]|\\.)*\])*\/[a-z]*/g);
		} else {
			if (char === "{") depth++;
			if (char === "}") depth--;
			code += char;
			at = end;
			continue;
		}
		code += blank(source.slice(at, end));
		at = end;
	}
	return code;
}

/** Every import and re-export of a source, `import("…")` too. */
export function importsOf(source: string): Import[] {
	const code = codeOnly(source);
	const found: Import[] = [];
	for (const match of code.matchAll(/\b(?:(?:import|export)\b[^;"'`=]*?\bfrom\s*|import\s*\(?\s*)(["'])/g)) {
		const start = match.index + match[0].length;
		const specifier = source.slice(start, source.indexOf(match[1] as string, start));
		found.push({ specifier, typeOnly: isTypeOnly(match[0]), line: lineAt(source, match.index) });
	}
	return found;
}

/** True if a source only passes on what others declare. */
export function isBarrel(source: string): boolean {
	const code = codeOnly(source);
	return /\bexport\b/.test(code) && code.replace(/\b(?:import|export)\b[^;"']*(["'])\s*\1;?/g, "").trim() === "";
}

/** From 1. */
export function lineAt(source: string, offset: number): number {
	return source.slice(0, offset).split("\n").length;
}

/** @param clause from the keyword to before the specifier */
function isTypeOnly(clause: string): boolean {
	if (/^(?:import|export)\s+type\b/.test(clause)) return true;
	const names = /^(?:import|export)\s*\{([^}]*)\}/.exec(clause)?.[1];
	return names?.split(",").every((name) => name.trim() === "" || /^type\s/.test(name.trim())) ?? false;
}

/** The offset after the first match of `pattern` from `at` on; the end of the source if there is none. */
function endOf(source: string, at: number, pattern: RegExp, length?: number): number {
	pattern.lastIndex = at;
	const match = pattern.exec(source);
	return match === null ? source.length : match.index + (length ?? match[0].length);
}

function blank(text: string): string {
	const inner = text.replace(/[^\n]/g, " ");
	const quote = text[0] === '"' || text[0] === "'" ? text[0] : " ";
	return quote === " " ? inner : `${quote}${inner.slice(1, -1)}${text.at(-1) === quote ? quote : ""}`;
}
