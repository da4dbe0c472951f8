/** Makes one probe and tells what came back. Every probe has a connection of its own, and leaves none behind. */

import { request as httpRequest, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { ErrorCode } from "../../errors.ts";
import type { HttpProbe, ProbePlan } from "../../plan/health.ts";
import type { ProbeResponse } from "../judge.ts";
import { openSocket, type ProbeTarget } from "./socket.ts";
import type { Timers } from "./timers.ts";

/** Bytes of a response's head. */
const HEAD_BYTES = 64 * 1024;

/** What ends a probe without a response; `onProbeResponse` is not called then. */
export type CancelProbe = () => void;

export function runProbe(
	probe: ProbePlan,
	target: ProbeTarget,
	timeout: number,
	timers: Timers,
	onProbeResponse: (response: ProbeResponse) => void,
): CancelProbe {
	const startedAt = timers.now();
	let over = false;
	let connected = false;
	const end = (answer: Pick<ProbeResponse, "status" | "body" | "error" | "cause">): void => {
		if (over) return;
		over = true;
		cancelTimer();
		socket.destroy();
		onProbeResponse({ ...answer, duration: timers.now() - startedAt });
	};
	const fail = (error: ErrorCode, cause: string): void => end({ status: 0, body: "", error, cause });
	const cancelTimer = timers.after(timeout, () => {
		if (connected) fail("http_response_timeout", `no complete response within ${timeout} ms`);
		else fail("connection_timeout", `not connected within ${timeout} ms`);
	});
	const socket = openSocket(target, probe.kind === "tcp", {
		onReady() {
			connected = true;
			if (probe.kind === "http") ask(probe, socket, (status, body) => end({ status, body, error: null, cause: null }), fail);
			else end({ status: 0, body: "", error: null, cause: null });
		},
		onFailed: fail,
	});
	return () => {
		over = true;
		cancelTimer();
		socket.destroy();
	};
}

function ask(
	probe: HttpProbe,
	socket: Socket,
	answered: (status: number, body: string) => void,
	failed: (error: ErrorCode, cause: string) => void,
): void {
	const request = httpRequest({
		// Without an agent the request says `Connection: close`.
		createConnection: () => socket,
		method: probe.method,
		path: probe.path,
		headers: headersOf(probe),
		maxHeaderSize: HEAD_BYTES,
	});
	request.on("error", (error: NodeJS.ErrnoException) => failed(...answerFailure(error)));
	request.on("upgrade", (response) => answered(response.statusCode ?? 0, ""));
	request.on("response", (response) => readBody(response, probe.bodyBytes, answered, failed));
	request.end();
}

function readBody(
	response: IncomingMessage,
	limit: number,
	answered: (status: number, body: string) => void,
	failed: (error: ErrorCode, cause: string) => void,
): void {
	const chunks: Buffer[] = [];
	let bytes = 0;
	const done = (): void => answered(response.statusCode ?? 0, Buffer.concat(chunks).subarray(0, limit).toString());
	response.on("data", (chunk: Buffer) => {
		chunks.push(chunk);
		bytes += chunk.length;
		if (bytes >= limit) done();
	});
	response.on("end", done);
	response.on("error", (error: NodeJS.ErrnoException) => failed("http_response_incomplete", error.code ?? error.message));
}

function answerFailure(error: NodeJS.ErrnoException): [ErrorCode, string] {
	const { code = "", message } = error;
	if (code === "HPE_HEADER_OVERFLOW") return ["http_response_header_section_size", code];
	if (code.startsWith("HPE_")) return ["http_protocol_error", code];
	return ["connection_terminated", code === "" ? message : code];
}

function headersOf(probe: HttpProbe): Record<string, string> {
	const headers: Record<string, string> = {
		Host: probe.host,
		"User-Agent": "Portico-health-check",
		Accept: "*/*",
		"Accept-Encoding": "identity",
	};
	for (const [name, value] of probe.headers) {
		for (const known of Object.keys(headers)) if (known.toLowerCase() === name.toLowerCase()) delete headers[known];
		headers[name] = value;
	}
	return headers;
}
