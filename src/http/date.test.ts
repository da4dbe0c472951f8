import assert from "node:assert/strict";
import { test } from "node:test";
import { clfTime, httpDate } from "./date.ts";

test("httpDate writes an IMF-fixdate", () => {
	assert.equal(httpDate(Date.UTC(1994, 10, 6, 8, 49, 37)), "Sun, 06 Nov 1994 08:49:37 GMT");
	assert.equal(httpDate(Date.UTC(1994, 10, 6, 8, 49, 37, 999)), "Sun, 06 Nov 1994 08:49:37 GMT");
	assert.equal(httpDate(Date.UTC(1994, 10, 6, 8, 49, 38)), "Sun, 06 Nov 1994 08:49:38 GMT");
	assert.equal(httpDate(Date.UTC(1994, 10, 6, 8, 49, 37)), "Sun, 06 Nov 1994 08:49:37 GMT");
});

test("clfTime writes local time with its offset from UTC", () => {
	const moment = Date.UTC(2000, 9, 10, 20, 55, 36);
	assert.equal(clfTime(moment, -420), "[10/Oct/2000:13:55:36 -0700]");
	assert.equal(clfTime(moment, 0), "[10/Oct/2000:20:55:36 +0000]");
	assert.equal(clfTime(moment, 345), "[11/Oct/2000:02:40:36 +0545]");
	assert.equal(clfTime(moment, -210), "[10/Oct/2000:17:25:36 -0330]");
	assert.equal(clfTime(moment + 1000, -210), "[10/Oct/2000:17:25:37 -0330]");
});
