/**
 * Entity tags of bodies that are rewritten. What a client gets depends on the node's body and on how it was rewritten, so both are in its tag:
 * `"abc"` becomes `W/"abc~s1f3a9c"`, weak since the codings of a body share it. The letter says whether the node's own was strong. When it comes back, the
 * node sees its own again; a tag from before a change of the configuration is not shown to it, so that it cannot answer 304 for what would look
 * different now.
 *
 * A node that tells dates alone has its responses tagged by them, `W/"1q2w3e~d1f3a9c"`, for the same reason: a date does not tell how a body was
 * rewritten. When such a tag comes back the node is asked by the date.
 */
export class EntityTags {
	readonly #mark: string;
	readonly #pattern: RegExp;
	readonly #dated: RegExp;

	/** @param version letters and digits that change with the way bodies are rewritten */
	constructor(version: string) {
		this.#mark = version;
		this.#pattern = new RegExp(`^(W/)?"(.*)~([sw])${version}"$`, "s");
		this.#dated = new RegExp(`"(\\d{1,12})~d${version}"`);
	}

	/** The client's tag for a node's. The same text if it is none. */
	toPublic(tag: string, weak: boolean): string {
		const match = TAG.exec(tag.trim());
		if (match === null) return tag;
		const [, isWeak, text = ""] = match;
		return `${weak || isWeak !== undefined ? "W/" : ""}"${text}~${isWeak === undefined ? "s" : "w"}${this.#mark}"`;
	}

	/** The client's tag for a response that has only a date; null if that is none. */
	ofDate(lastModified: string): string | null {
		const seconds = Date.parse(lastModified) / 1000;
		return seconds >= 0 ? `W/"${seconds}~d${this.#mark}"` : null;
	}

	/** What the first tag of If-None-Match that {@link ofDate} gave says, or null. */
	dateIn(list: string): string | null {
		const seconds = this.#dated.exec(list)?.[1];
		return seconds === undefined ? null : new Date(Number(seconds) * 1000).toUTCString();
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
			const match = this.#pattern.exec(tag);
			if (match === null) return keepOthers ? [tag] : [];
			return [`${match[3] === "w" ? "W/" : ""}"${match[2] ?? ""}"`];
		});
		return own.length === 0 ? null : own.join(", ");
	}
}

const TAG = /^(W\/)?"([^"]*)"$/s;
const TAGS = /(?:W\/)?"[^"]*"/g;
