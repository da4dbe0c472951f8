/**
 * Something for the fuzzer's own test: one letter after the other has to be right, each in a block of its
 * own.
 */
export function magicWord(text: string): void {
	if (text[0] !== "p") return;
	if (text[1] !== "o") return;
	if (text[2] !== "r") return;
	if (text[3] !== "t") return;
	if (text[4] !== "i") return;
	if (text[5] === "c") throw new Error("found");
}
