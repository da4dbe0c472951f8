import { ConnectionError } from "./connectionError.ts";
import * as http2 from "./protocol.ts";

/** What a client announced, as of its last SETTINGS. Lifetime: connection. */
export class PeerSettings {
	headerTableSize = 4096;
	initialWindow = http2.FIRST_WINDOW;
	frameSize = http2.FRAME_SIZE;
	#connectProtocol = 0;
	#noPriorities = -1;

	/**
	 * Applies one frame: in order, the last value of a setting wins. Unknown settings mean nothing.
	 *
	 * @throws ConnectionError
	 */
	apply(bytes: Buffer, start: number, end: number): void {
		for (let pos = start; pos < end; pos += 6) this.#set(bytes.readUInt16BE(pos), bytes.readUInt32BE(pos + 2));
	}

	#set(setting: number, value: number): void {
		switch (setting) {
			case http2.HEADER_TABLE_SIZE:
				this.headerTableSize = value;
				return;
			case http2.ENABLE_PUSH:
				if (value > 1) throw refused("enable-push");
				return;
			case http2.INITIAL_WINDOW_SIZE:
				if (value > http2.MAX_WINDOW) throw new ConnectionError(http2.FLOW_CONTROL_ERROR, "initial-window");
				this.initialWindow = value;
				return;
			case http2.MAX_FRAME_SIZE:
				if (value < http2.FRAME_SIZE || value > 0xffffff) throw refused("max-frame-size");
				this.frameSize = value;
				return;
			case http2.ENABLE_CONNECT_PROTOCOL:
				if (value > 1 || value < this.#connectProtocol) throw refused("connect-protocol");
				this.#connectProtocol = value;
				return;
			case http2.NO_RFC7540_PRIORITIES:
				if (value > 1 || (this.#noPriorities !== -1 && value !== this.#noPriorities)) throw refused("no-priorities");
				this.#noPriorities = value;
				return;
			default:
		}
	}
}

const refused = (setting: string): ConnectionError => new ConnectionError(http2.PROTOCOL_ERROR, `setting-${setting}`);
