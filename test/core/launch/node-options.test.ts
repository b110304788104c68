import { expect, test } from "vitest";
import { nodeOptionsEffect } from "../../../src/core/launch/node-options.ts";

test.each([
	"",
	"--max-old-space-size=4096",
	"--max_old_space_size=8192",
	"  --no-warnings   --enable-source-maps ",
	"--openssl-legacy-provider --dns-result-order=ipv4first",
	"--unhandled-rejections=strict --trace-warnings --no-deprecation --disable-warning=ExperimentalWarning",
	"--use-system-ca --no-network-family-autoselection",
])("%j loads nothing", (options) => {
	expect(nodeOptionsEffect(options)).toBe("harmless");
});

test.each([
	"--require ./x.js",
	"--require=./x.js",
	"-r ./x.js",
	"-r./x.js",
	'--no-warnings "--import" data:text/javascript,1',
	"--import=./x.mjs",
	"--loader x",
	"--experimental_loader=x",
	"--openssl-config=/tmp/x.cnf",
	"--env-file=.env",
	"--experimental-config-file=x.json",
	"--max-old-space-size=4096\t--require ./x.js",
	'--no-warnings "--re\\quire" ./x.js',
])("%j has code loaded", (options) => {
	expect(nodeOptionsEffect(options)).toBe("loads");
});

test.each(["--inspect", "--no-warnings --inspect-brk=0.0.0.0:9229", "--inspect_port=1"])("%j lets a debugger in", (options) => {
	expect(nodeOptionsEffect(options)).toBe("debugs");
});

test.each([
	"4096",
	"--max-old-space-size",
	"--max-old-space-size=4096;",
	"--max-old-space-size=4096\t--no-warnings",
	'"--no-warnings"',
	"--conditions=evil",
	"--preserve-symlinks",
	"--tls-keylog=/tmp/keys",
	"--diagnostic-dir=/tmp",
	"--redirect-warnings=/tmp/x",
	"--no-permission",
	"--experimental-network-inspection",
	"--no-warnings=x",
])("%j is not known to be harmless", (options) => {
	expect(nodeOptionsEffect(options)).toBe("unknown");
});

test("a million characters are judged as soon as they are read", () => {
	for (const part of ["--no-warnings ", "-", "--a=", '"', "\\", "--max-old-space-size=1"])
		expect(nodeOptionsEffect(part.repeat(100_000))).not.toBe("loads");
});
