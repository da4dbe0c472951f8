import type { PorticoError } from "../errors.ts";
import type { HeaderList } from "../http/headers.ts";
import type { BodyLength, ResponseHead } from "../http/message.ts";
import type { Connection } from "../transport/connection.ts";

/** What one attempt at a member tells the exchange. After onAnswerEnd, onSwitched or onAttemptError nothing more comes. */
export interface AttemptEvents {
	/** The connection is ready for the request. */
	onConnected(): void;
	onInformational(head: ResponseHead): void;
	onAnswer(head: ResponseHead, body: BodyLength): void;
	/** The chunk is only valid during the call. */
	onAnswerBody(chunk: Buffer): void;
	onAnswerEnd(trailers: HeaderList | null): void;
	/** What arrived in one read has been told. */
	onAnswerFlush(): void;
	/** The node agreed to the upgrade; the connection is the exchange's from here. */
	onSwitched(head: ResponseHead, connection: Connection, rest: Buffer | null): void;
	onUpstreamDrain(): void;
	/** The member was found not to work, and has not begun to answer. The attempt goes on unless it is given up. */
	onMemberDown(): void;
	onAttemptError(error: PorticoError): void;
}
