/**
 * The PROXY protocol header, versions 1 and 2, that a trusted load balancer puts before the first byte of a
 * connection (HAProxy, doc/proxy-protocol.txt). Pure: bytes in, header out.
 */
import { PorticoError } from "../errors.ts";
import { normalizeAddress } from "../http/cidr.ts";

export interface ProxyHeader {
	/**
	 * The client as the sender saw it; null where it does not tell: health checks (LOCAL, UNKNOWN) and unix
	 * sockets.
	 */
	readonly source: { readonly address: string; readonly port: number } | null;
	/** Length of the header: the client's own bytes begin there. */
	readonly bytes: number;
}

const V1_SIGNATURE = Buffer.from("PROXY ", "latin1");
const V1_MAX = 107;
const V2_SIGNATURE = Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1");
const V2_FIXED = 16;
/** Of the addresses and TLVs; real ones need some hundred bytes. */
const V2_MAX_LENGTH = 4096;

/**
 * Null while more bytes are needed. Throws PorticoError `proxy_protocol_error` as soon as the bytes cannot
 * become a header.
 */
export function parseProxyHeader(bytes: Buffer): ProxyHeader | null {
	if (beginsWith(bytes, V2_SIGNATURE)) return bytes.length < V2_FIXED ? null : parseV2(bytes);
	if (beginsWith(bytes, V1_SIGNATURE)) return bytes.length < V1_SIGNATURE.length ? null : parseV1(bytes);
	throw invalid("no signature");
}

/** Also true if `bytes` is shorter but agrees so far. */
function beginsWith(bytes: Buffer, signature: Buffer): boolean {
	const length = Math.min(bytes.length, signature.length);
	return bytes.compare(signature, 0, length, 0, length) === 0;
}

function parseV1(bytes: Buffer): ProxyHeader | null {
	const end = bytes.subarray(0, V1_MAX).indexOf("\r\n", 0, "latin1");
	if (end === -1) {
		if (bytes.length >= V1_MAX) throw invalid("line too long");
		return null;
	}
	const line = bytes.toString("latin1", 0, end);
	const header = { bytes: end + 2 };
	// "The receiver must ignore anything presented before the CRLF" of an UNKNOWN line.
	if (line === "PROXY UNKNOWN" || line.startsWith("PROXY UNKNOWN ")) return { source: null, ...header };

	const [, family, source, destination, sourcePort, destinationPort, ...more] = line.split(" ");
	if ((family !== "TCP4" && family !== "TCP6") || more.length > 0) throw invalid("line malformed");
	const address = parseV1Address(source, family);
	parseV1Address(destination, family);
	parseV1Port(destinationPort);
	return { source: { address, port: parseV1Port(sourcePort) }, ...header };
}

function parseV1Address(text: string | undefined, family: "TCP4" | "TCP6"): string {
	const address = text === undefined || text.includes("%") || text.includes(":") !== (family === "TCP6") ? null : normalizeAddress(text);
	if (address === null) throw invalid("address malformed");
	return address;
}

function parseV1Port(text: string | undefined): number {
	if (text === undefined || !/^(?:0|[1-9][0-9]{0,4})$/.test(text) || Number(text) > 65535) throw invalid("port malformed");
	return Number(text);
}

function parseV2(bytes: Buffer): ProxyHeader | null {
	const versionAndCommand = bytes.readUInt8(12);
	const familyAndProtocol = bytes.readUInt8(13);
	const length = bytes.readUInt16BE(14);
	if (versionAndCommand !== 0x20 && versionAndCommand !== 0x21) throw invalid("version or command unknown");
	if (length > V2_MAX_LENGTH) throw invalid("header too long");
	const local = versionAndCommand === 0x20;
	const needed = local ? 0 : v2AddressLength(familyAndProtocol);
	if (length < needed) throw invalid("addresses cut short");
	if (bytes.length < V2_FIXED + length) return null;
	return { source: local ? null : v2Source(bytes, familyAndProtocol), bytes: V2_FIXED + length };
}

/** Bytes of the two addresses and ports. Datagrams are refused: this is a stream. */
function v2AddressLength(familyAndProtocol: number): number {
	switch (familyAndProtocol) {
		case 0x00:
			return 0;
		case 0x11:
			return 12;
		case 0x21:
			return 36;
		case 0x31:
			return 216;
		default:
			throw invalid("family or protocol unknown");
	}
}

function v2Source(bytes: Buffer, familyAndProtocol: number): ProxyHeader["source"] {
	if (familyAndProtocol === 0x11) {
		return { address: bytes.subarray(V2_FIXED, V2_FIXED + 4).join("."), port: bytes.readUInt16BE(V2_FIXED + 8) };
	}
	if (familyAndProtocol !== 0x21) return null;
	const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(V2_FIXED + 2 * index).toString(16));
	const address = normalizeAddress(groups.join(":"));
	if (address === null) throw invalid("address malformed");
	return { address, port: bytes.readUInt16BE(V2_FIXED + 32) };
}

function invalid(detail: string): PorticoError {
	return new PorticoError("proxy_protocol_error", { detail });
}
