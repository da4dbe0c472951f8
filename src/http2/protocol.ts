/** The numbers of RFC 9113, and of its extensions RFC 8441 and RFC 9218. */

export const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/** Octets of a frame's header. */
export const FRAME_HEADER = 9;
/** The largest payload that we announce, and the largest that a peer must take before it announces more. */
export const FRAME_SIZE = 16_384;
export const MAX_WINDOW = 0x7fffffff;
/** Of a stream, and of a connection, before anything else was said. */
export const FIRST_WINDOW = 65_535;
export const MAX_STREAM_ID = 0x7fffffff;

export const DATA = 0;
export const HEADERS = 1;
export const PRIORITY = 2;
export const RST_STREAM = 3;
export const SETTINGS = 4;
export const PUSH_PROMISE = 5;
export const PING = 6;
export const GOAWAY = 7;
export const WINDOW_UPDATE = 8;
export const CONTINUATION = 9;
export const PRIORITY_UPDATE = 16;

export const END_STREAM = 1;
export const ACK = 1;
export const END_HEADERS = 4;
export const PADDED = 8;
export const PRIORITY_FLAG = 32;

export const NO_ERROR = 0;
export const PROTOCOL_ERROR = 1;
export const INTERNAL_ERROR = 2;
export const FLOW_CONTROL_ERROR = 3;
export const SETTINGS_TIMEOUT = 4;
export const STREAM_CLOSED = 5;
export const FRAME_SIZE_ERROR = 6;
export const REFUSED_STREAM = 7;
export const CANCEL = 8;
export const COMPRESSION_ERROR = 9;
export const ENHANCE_YOUR_CALM = 11;

export const HEADER_TABLE_SIZE = 1;
export const ENABLE_PUSH = 2;
export const MAX_CONCURRENT_STREAMS = 3;
export const INITIAL_WINDOW_SIZE = 4;
export const MAX_FRAME_SIZE = 5;
export const MAX_HEADER_LIST_SIZE = 6;
export const ENABLE_CONNECT_PROTOCOL = 8;
export const NO_RFC7540_PRIORITIES = 9;
