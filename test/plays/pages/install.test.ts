/** docs/how-to/install.md works as it stands: its commands make an installation whose unit starts as the user `portico`. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { TestAuthority } from "../../harness/certs.ts";
import { temporaryFolder } from "../../harness/folder.ts";
import { namespaceSkip } from "../../harness/netns.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const PAGE = readFileSync(join(ROOT, "docs/how-to/install.md"), "utf8");
const UNIT = readFileSync(join(ROOT, "deploy/portico.service"), "utf8");
const CONFIG = `
public: https://sso.example.com
listeners: [{ address: "127.0.0.1:0", tls: { certificates: [{ cert: tls/sso.pem, key: tls/sso.key }] } }]
services:
  is: { product: wso2-is, prefix: /is-, trust: tls/wso2-ca.pem, nodes: [{ name: is-1, host: 127.0.0.1 }] }
`;
/** Folders that the page writes to, empty or a copy, seen by this process alone. */
const OWN_FOLDERS = [
	'cp -a /etc "$PWD/etc" && mount --bind "$PWD/etc" /etc',
	'mount -t tmpfs none /opt && mkdir /opt/portico && mount --bind "$CHECKOUT" /opt/portico',
	"mkdir -p /etc/systemd/system /etc/logrotate.d",
	"PATH=$PWD/stubs:$PATH",
];

test("the commands of the page make an installation that its user can read", { skip: namespaceSkip }, async (t) => {
	const commands = [...PAGE.matchAll(/^```sh\n(.*?)^```/gms)]
		.flatMap(([, text = ""]) => text.trim().split("\n"))
		.filter((line) => !/^(?:npm|portico) /.test(line));
	const [, check = ""] = /^ExecStartPre=(.*)$/m.exec(UNIT) ?? [];
	const authority = await TestAuthority.create();
	const { cert, key } = await authority.issue({ names: ["sso.example.com"] });
	const cwd = temporaryFolder(t, {
		"portico.yaml": CONFIG,
		"tls/sso.pem": cert,
		"tls/sso.key": key,
		"tls/wso2-ca.pem": authority.cert,
		"stubs/systemctl": '#!/bin/sh\necho "systemctl $*"\n',
	});
	const script = [
		...OWN_FOLDERS,
		"chmod +x stubs/systemctl",
		...commands,
		"cmp /opt/portico/deploy/portico.service /etc/systemd/system/portico.service",
		"cmp /opt/portico/deploy/portico.logrotate /etc/logrotate.d/portico",
		`cd /etc/portico && setpriv --reuid portico --regid portico --clear-groups ${check}`,
		"setpriv --reuid nobody --regid nogroup --clear-groups test ! -r /etc/portico/tls/sso.key",
	];
	const { status, stdout, stderr } = spawnSync("unshare", ["--mount", "bash", "-ec", script.join("\n")], {
		cwd,
		env: { ...process.env, CHECKOUT: ROOT },
		encoding: "utf8",
		timeout: 60_000,
	});
	assert.equal(status, 0, stdout + stderr);
	assert.deepEqual(stdout.match(/^systemctl .*$/gm), [
		"systemctl daemon-reload",
		"systemctl enable --now portico",
		"systemctl status portico",
	]);
	assert.match(stdout, /^\/etc\/portico\/portico\.yaml: ok$/m);
});
