interface Buffer {
	/** As `toString("latin1", …)`; spares the lookup of the encoding, which costs as much as the copy. */
	latin1Slice(start: number, end: number): string;
}
