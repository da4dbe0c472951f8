/**
 * Entity tags on routes whose bodies are rewritten. What a client gets depends on the node's body and on how it was rewritten, so both are in its tag:
 * `"abc"` becomes `W/"abc~s1f3a9c"`, weak since the codings of a body share it. The letter says whether the node's own was strong (`s`) or weak (`w`). When
 * it comes back, the node sees its own again; a tag from before a change of the configuration is not shown to it, so that it cannot answer 304 for
 * what would look different now.
 *
 * A node that tells dates alone has its responses tagged by them, `W/"1q2w3e~d1f3a9c"`, for the same reason: a date does not tell how a body was
 * rewritten. When such a tag comes back the node is asked by the date.
 *
 * Of a body that passed as it is the letter is a capital: `"abc~S1f3a9c"`. So a 304, which tells neither type nor length, can have the fields of the
 * 200 that it stands for (RFC 9110 section 15.4.5).
 */
export class EntityTags {
	readonly #mark: string;
	readonly #pattern: RegExp;
	readonly #dated: RegExp;

	/** @param version letters and digits that change with the way bodies are rewritten */
	constructor(version: string) {
		this.#mark = version;
		this.#pattern = new RegExp(`^(W/)?"(.*)~([sdw])${version}"$`, "is");
		this.#dated = new RegExp(`"(\\d{1,12})~d${version}"`, "i");
	}

	/** The client's tag for a node's. The same text if it is none. */
	toPublic(tag: string, isRewritten: boolean): string {
		const match = TAG.exec(tag.trim());
		if (match === null) return tag;
		const [, weak, text = ""] = match;
		const letter = weak === undefined ? "s" : "w";
		return `${isRewritten || weak !== undefined ? "W/" : ""}"${text}~${isRewritten ? letter : letter.toUpperCase()}${this.#mark}"`;
	}

	/** The client's tag for a response that has only a date; null if that is none. */
	ofDate(lastModified: string, isRewritten: boolean): string | null {
		const seconds = Date.parse(lastModified) / 1000;
		return seconds >= 0 ? `W/"${seconds}~${isRewritten ? "d" : "D"}${this.#mark}"` : null;
	}

	/** What the first tag of If-None-Match that {@link ofDate} gave says, or null. */
	dateIn(list: string): string | null {
		const seconds = this.#dated.exec(list)?.[1];
		return seconds === undefined ? null : new Date(Number(seconds) * 1000).toUTCString();
	}

	/**
	 * The tag of If-None-Match that a 304 of the node confirms, as the client wrote it; null if that is not certain.
	 * @param tag the node's, or null where its 304 has none
	 */
	confirmed(list: string, tag: string | null): { readonly tag: string; readonly isRewritten: boolean } | null {
		const own = (list.match(TAGS) ?? []).flatMap((asked) => {
			const [, , text = "", letter = ""] = this.#pattern.exec(asked) ?? [];
			return letter === "" ? [] : { tag: asked, text, isRewritten: letter === letter.toLowerCase() };
		});
		const text = tag === null ? null : TAG.exec(tag.trim())?.[2];
		const [first, ...others] = text === null ? own : own.filter((each) => each.text === text);
		return first === undefined || others.length > 0 ? null : first;
	}

	/**
	 * The value of If-None-Match or If-Match for the node.
	 * @param keepOthers what is not ours stays, tag or not; else it is left out
	 * @returns null where nothing is left
	 */
	toNode(list: string, keepOthers: boolean): string | null {
		const tags = list.match(TAGS) ?? [];
		if (list.trim() === "*" || (keepOthers && tags.length === 0)) return list;
		const own = tags.flatMap((tag) => {
			const [, , text = "", letter = ""] = this.#pattern.exec(tag) ?? [];
			const kind = letter.toLowerCase();
			if (kind !== "s" && kind !== "w") return keepOthers ? [tag] : [];
			return [`${kind === "w" ? "W/" : ""}"${text}"`];
		});
		return own.length === 0 ? null : [...new Set(own)].join(", ");
	}
}

const TAG = /^(W\/)?"([^"]*)"$/s;
const TAGS = /(?:W\/)?"[^"]*"/g;
