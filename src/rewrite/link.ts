import { skipBlanks } from "../http/cookie.ts";
import type { MapUrl } from "./refresh.ts";

/**
 * A Link value (RFC 8288 section 3) with the targets of all its links changed, parameters and all else byte for byte. From the first place
 * that does not parse, the rest stays as it is.
 */
export function mapLink(value: string, map: MapUrl): string {
	let out = "";
	let copied = 0;
	let index = skipBlanks(value, 0);
	while (value[index] === "<") {
		const close = value.indexOf(">", index);
		if (close === -1) break;
		const url = value.slice(index + 1, close);
		const mapped = map(url);
		if (mapped !== url) {
			out += value.slice(copied, index + 1) + mapped;
			copied = close;
		}
		index = nextLink(value, close + 1);
	}
	return copied === 0 ? value : out + value.slice(copied);
}

/** Past the parameters of a link and the comma after them; a quoted string may hold commas. The end of the value if no link follows. */
function nextLink(value: string, from: number): number {
	let quoted = false;
	for (let index = from; index < value.length; index++) {
		const character = value[index];
		if (quoted && character === "\\") index++;
		else if (character === '"') quoted = !quoted;
		else if (character === "," && !quoted) {
			const next = skipBlanks(value, index + 1);
			if (value[next] !== ",") return next;
			index = next - 1;
		}
	}
	return value.length;
}
