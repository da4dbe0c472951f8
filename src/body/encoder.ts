/** Applies a content coding to a body, and reports to its owner. */
export interface CodecOwner {
	/** The chunk stays valid. False: stop until {@link Encoder.resume}. */
	onCodecData(chunk: Buffer): boolean;
	/** More may be written. */
	onCodecDrain(): void;
	onCodecEnd(): void;
	/** The bytes are not in this coding, or end too early. */
	onCodecError(cause: Error): void;
}

/** A coding being put on. */
export interface Encoder {
	/** @param chunk stays valid and is not changed @returns false: stop until onCodecDrain */
	write(chunk: Buffer): boolean;
	/** All that was written comes out, even where more would compress better. */
	flush(): void;
	end(): void;
	/** The owner takes more again: after it told to stop. */
	resume(): void;
	close(): void;
}
