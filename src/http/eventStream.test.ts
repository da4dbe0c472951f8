import assert from "node:assert/strict";
import { test } from "node:test";
import { isEventStream } from "./eventStream.ts";
import { HeaderList } from "./headers.ts";

test("server-sent events are told by their media type, in any spelling, with or without parameters", () => {
	for (const type of ["text/event-stream", "Text/Event-Stream;charset=UTF-8", "text/event-stream ; charset=utf-8"]) {
		const headers = HeaderList.of(["X-A", "b"], ["Content-Type", type]);
		assert.ok(isEventStream(headers), type);
	}
	for (const type of ["text/event-streams", "text/plain; x=text/event-stream", "text/html", ""])
		assert.ok(!isEventStream(HeaderList.of(["Content-Type", type])), type);
	assert.ok(!isEventStream(HeaderList.of()));
});
