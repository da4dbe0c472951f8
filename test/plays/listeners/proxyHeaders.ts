/** PROXY protocol headers, as a load balancer writes them (HAProxy, doc/proxy-protocol.txt). */

/** Version 1 for an IPv4 client. */
export function v1(address: string, port: number): string {
	return `PROXY TCP4 ${address} 192.0.2.80 ${port} 443\r\n`;
}

/** Version 2 for a client over TCP and IPv4. @param tlvs what follows the addresses */
export function v2(address: string, port: number, tlvs: Buffer = Buffer.alloc(0)): Buffer {
	const addresses = Buffer.from([...address.split(".").map(Number), 192, 0, 2, 80, port >> 8, port & 255, 443 >> 8, 443 & 255]);
	return header(0x21, 0x11, Buffer.concat([addresses, tlvs]));
}

/** Version 2 for a client over TCP and IPv6. @param address 16 bytes */
export function v2Six(address: readonly number[], port: number): Buffer {
	return header(0x21, 0x21, Buffer.from([...address, ...new Array(16).fill(1), port >> 8, port & 255, 1, 187]));
}

/** Version 2 of a health check: the sender speaks for itself. */
export const V2_LOCAL = header(0x20, 0x00, Buffer.alloc(0));

/** The same with addresses, which mean nothing then. */
export const V2_LOCAL_WITH_ADDRESSES = header(0x20, 0x11, Buffer.from([203, 0, 113, 99, 192, 0, 2, 80, 0x9c, 0x40, 1, 187]));

function header(versionAndCommand: number, familyAndProtocol: number, rest: Buffer): Buffer {
	const fixed = Buffer.from("\r\n\r\n\0\r\nQUIT\n\0\0\0\0", "latin1");
	fixed[12] = versionAndCommand;
	fixed[13] = familyAndProtocol;
	fixed.writeUInt16BE(rest.length, 14);
	return Buffer.concat([fixed, rest]);
}
