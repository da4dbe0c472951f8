import type { Coding } from "../http/codings.ts";
import { Codec } from "./codec.ts";

/**
 * The beginning of a body that is in a coding, worked out on other threads. What the bytes would grow to makes no difference: it stops when there is
 * enough. Bytes that end too early, or are not in that coding, give as much as there is.
 *
 * @param coded belongs to this from now on
 * @param most bytes wanted
 * @param onDecoded is called once, later
 */
export function decodeStart(coding: Coding, coded: Buffer, most: number, onDecoded: (beginning: Buffer) => void): void {
	const parts: Buffer[] = [];
	let length = 0;
	const finish = (): void => {
		codec.close();
		onDecoded(Buffer.concat(parts).subarray(0, most));
	};
	const codec = Codec.decoder(coding, coded, {
		onCodecData(chunk) {
			parts.push(chunk);
			length += chunk.length;
			if (length >= most) finish();
			return length < most;
		},
		onCodecDrain: () => undefined,
		onCodecEnd: finish,
		onCodecError: finish,
	});
	codec.write(coded);
	codec.end();
}
