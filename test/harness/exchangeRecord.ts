import type { ExchangeRecord } from "../../src/log/record.ts";

/** The record of a plain exchange, with the fields that a test cares about. */
export function exchangeRecord(fields: Partial<ExchangeRecord> = {}): ExchangeRecord {
	return {
		startWall: Date.UTC(2026, 0, 31, 12, 0, 0, 123),
		duration: 12.345,
		clientAddress: "192.0.2.7",
		clientPort: 50_000,
		peerAddress: "192.0.2.1",
		method: "GET",
		target: "/is-carbon/",
		version: 1,
		authority: "sso.example.com",
		status: 200,
		upstreamStatus: 200,
		bytesOut: 1234,
		bytesIn: 0,
		requestHeaders: null,
		responseHeaders: null,
		requestId: "id-1",
		user: "",
		routeId: "is:/carbon",
		member: "is-1/servlet",
		attempts: 1,
		error: null,
		rule: null,
		phase: "recorded",
		firstByte: 10,
		scheme: "https",
		tlsVersion: "TLSv1.3",
		requestLine: null,
		requestIndex: 0,
		keptAlive: true,
		...fields,
	};
}
