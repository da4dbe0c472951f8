/** The writing half of a connection, as `Connection` describes it. */
export interface Writer {
	/** Code units 0 to 255. */
	text(text: string): boolean;
	/** The chunk is only valid during the call. */
	chunk(chunk: Buffer): boolean;
	both(text: string, chunk: Buffer): boolean;
	readonly blocked: boolean;
	/** Bytes that the kernel has not taken. */
	readonly unsent: number;
	end(): void;
	/** The socket is closed: what waits is dropped. */
	release(): void;
}
