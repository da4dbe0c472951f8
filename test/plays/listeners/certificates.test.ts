/** Several certificates on one listener, chosen by server name. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { TestAuthority } from "../../harness/certs.ts";
import { openStage } from "../../harness/stage.ts";
import { echo, seen } from "./echo.ts";
import { secured } from "./tlsClient.ts";

const authority = await TestAuthority.create();
const hosts = [["first.test"], ["other.test", "more.test"], ["*.wild.test"], ["exact.wild.test"]];
const identities = await Promise.all(hosts.map((names) => authority.issue({ names })));
const stage = await openStage(
	{ after },
	{
		services: 1,
		config: {
			public: "https://first.test",
			listeners: [
				{ address: "127.0.0.1:0", tls: { certificates: identities.map((_, index) => ({ cert: `${index}.pem`, key: `${index}.key` })) } },
			],
		},
		portico: {
			files: Object.fromEntries(
				identities.flatMap(({ cert, key }, index) => [
					[`${index}.pem`, cert],
					[`${index}.key`, key],
				]),
			),
		},
	},
);
const { path } = stage.service(echo);

const rows: readonly [serverName: string, commonName: string, why: string][] = [
	["first.test", "first.test", "its exact name"],
	["other.test", "other.test", "its exact name, not the first certificate"],
	["more.test", "other.test", "another of its names"],
	["MORE.Test", "other.test", "a name in any case"],
	["a.wild.test", "*.wild.test", "a wildcard"],
	["exact.wild.test", "exact.wild.test", "an exact name before a wildcard that stands earlier"],
	["a.b.wild.test", "first.test", "no wildcard over two labels: the first one"],
	["wild.test", "first.test", "no wildcard without a label: the first one"],
	["unknown.test", "first.test", "an unknown name: the first one"],
];

for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
	for (const [servername, commonName, why] of rows) {
		test(`${version}: ${servername} is served ${commonName} for ${why}`, async (t) => {
			const socket = await secured(t, stage.port, { servername, minVersion: version, maxVersion: version });
			assert.equal(socket.getPeerCertificate().subject.CN, commonName);
		});
	}

	test(`${version}: a client that names no server is served the first certificate`, async (t) => {
		const socket = await secured(t, stage.port, { minVersion: version, maxVersion: version });
		assert.equal(socket.getPeerCertificate().subject.CN, "first.test");
	});
}

test("the server name chooses the certificate only: the route follows the Host", async (t) => {
	const request = `GET ${path} HTTP/1.1\r\nHost: first.test\r\n\r\n`;
	const response = await stage.exchange(t, request, { tls: { ca: authority.cert, servername: "other.test" } });
	assert.equal(seen(response).headers["x-forwarded-host"], "first.test");
	const refused = await stage.exchange(t, request.replace("first.test", "other.test"), {
		tls: { ca: authority.cert, servername: "other.test" },
	});
	assert.equal(refused.status, 421);
});
