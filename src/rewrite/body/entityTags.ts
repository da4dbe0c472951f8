/**
 * Entity tags of bodies that are rewritten. What a client gets depends on the node's body and on how it was rewritten, so both are in its tag:
 * `"abc"` becomes `W/"abc~s1f3a9c"`, weak since the codings of a body share it. The letter says whether the node's own was strong. When it comes back, the
 * node sees its own again; a tag from before a change of the configuration is not shown to it, so that it cannot answer 304 for what would look
 * different now.
 */
export class EntityTags {
	readonly #mark: string;
	readonly #pattern: RegExp;

	/** @param version letters and digits that change with the way bodies are rewritten */
	constructor(version: string) {
		this.#mark = version;
		this.#pattern = new RegExp(`^(W/)?"(.*)~([sw])${version}"$`, "s");
	}

	/** The client's tag for a node's. The same text if it is none. */
	toPublic(tag: string, weak: boolean): string {
		const match = TAG.exec(tag.trim());
		if (match === null) return tag;
		const [, isWeak, text = ""] = match;
		return `${weak || isWeak !== undefined ? "W/" : ""}"${text}~${isWeak === undefined ? "s" : "w"}${this.#mark}"`;
	}

	/**
	 * The value of If-None-Match or If-Match for the node.
	 * @param keepOthers tags that are not ours stay; else they are left out
	 * @returns null where nothing is left
	 */
	toNode(list: string, keepOthers: boolean): string | null {
		if (list.trim() === "*") return list;
		const tags = list.match(TAGS) ?? [];
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
