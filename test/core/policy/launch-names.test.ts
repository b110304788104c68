// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the hosts' own variables
import { describe, expect, it } from "vitest";
import { forbiddenBy, launchSubject } from "../../../src/core/policy/forbid.ts";
import { namesOfLine } from "../../../src/core/policy/launch-names.ts";
import type { Forbidden } from "../../../src/core/policy/schema.ts";

/** Words parted by blanks; in double quotes is one word. */
const words = (line: string): readonly [string, readonly string[]] => {
	const [command = "", ...args] = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");
	return [command, args];
};

const by = (forbidden: Forbidden, line: string): "sure" | "unsure" | null => {
	const layers = [{ source: "managed", file: "managed", policy: { version: 1, servers: [], forbid: [forbidden] }, granted: [] }] as const;
	const found = forbiddenBy(layers as never, launchSubject("some-server", ...words(line)));
	return found === null ? null : found.unsure ? "unsure" : "sure";
};

describe("a forbidden package is found", () => {
	it.each([
		"npx evil",
		"npx -y evil@1.0.0 --port 1",
		"/usr/bin/npx evil",
		"C:\\node\\npx.cmd evil",
		"env npx evil",
		"env -i A=b npx -y evil",
		'env -S "npx -y evil"',
		"env -u HOME npx evil",
		'sh -c "npx evil"',
		'bash -lc "npx -y evil@latest"',
		'bash -c "cd /srv && exec npx evil"',
		"sh -c \"sh -c 'npx evil'\"",
		'zsh -ic "A=1 npx evil"',
		'sh -c "true | npx evil"',
		'sh -c "{ npx evil; }"',
		'sh -c "(npx evil)"',
		'sh -c "[ -f x ] && npx evil"',
		'sh -c "exec $@" sh npx evil',
		"cmd /c npx evil",
		'cmd.exe /d /s /c "npx evil"',
		"nohup npx evil",
		"time npx evil",
		"time -p npx evil",
		"sudo npx evil",
		"sudo -E -u somebody npx evil",
		"sudo --unknown value npx evil",
		"doas npx evil",
		"timeout 5 npx evil",
		"timeout -k 1 5s npx evil",
		"nice npx evil",
		"nice -n 10 npx evil",
		"xargs npx evil",
		"xargs -n 1 npx evil",
		"setsid npx evil",
		"stdbuf -oL npx evil",
		"dotenv -- npx evil",
		"dotenv npx evil",
		"dotenv -e .env npx evil",
		"dotenvx run -- npx evil",
		"op run -- npx evil",
		"some-wrapper --flag npx evil",
		"corepack pnpm dlx evil",
		'nodemon --exec "npx evil"',
		"find . -exec npx evil",
		"npm exec evil",
		"npm exec -- evil",
		"npm --yes exec evil",
		"npm x -y evil",
		"npx -p other evil",
		"npx -p evil other",
		"npx -pevil other",
		"npx -p other -p evil cmd",
		"npx --package=evil cmd",
		"npx --package evil cmd",
		"npx --package=other -- evil",
		'npx -c "npx evil"',
		"npx -p other npx evil",
		"npx --unknown evil",
		"npx --unknown value evil",
		"npx --registry http://127.0.0.1 evil",
		"npx alias@npm:evil@1",
		"npx npm:evil",
		"npx npm:evil@1.0.0",
		"npx git+https://git.example/owner/evil.git",
		"npx git+ssh://git@git.example/owner/evil.git#v1",
		"npx evil@git+https://git.example/owner/other.git",
		"npx other@git+https://git.example/owner/evil.git",
		"npx git@git.example:owner/evil.git",
		"npx github:owner/evil",
		"npx owner/evil",
		"npx owner/evil#main",
		"npx https://registry.example/evil/-/evil-1.0.0.tgz",
		"npx https://files.example/x/evil-1.0.0.tgz?a=b",
		"npx ./evil",
		"npx file:../evil",
		"npx /opt/node_modules/evil",
		"bunx evil",
		"bun x evil",
		"pnpm dlx evil",
		"pnpm --package=evil dlx cmd",
		"pnpx evil",
		"pnpm exec evil",
		"pnpm evil",
		"yarn run evil",
		"bun run evil",
		'watch -n 1 "npx evil"',
		'concurrently "npx evil" other',
		'some-wrapper --run "npx -y evil"',
		"sh -c \"np'x' ev''il\"",
		'sh -c "n\\px ev\\il"',
		"yarn dlx evil",
		"yarn dlx -p evil cmd",
		"deno run -A npm:evil@1/cli",
		"deno run --allow-read=. npm:/evil",
		"deno run https://esm.example/evil@1.0.0/mod.js",
		"node /srv/node_modules/evil/dist/index.js",
		"node --inspect node_modules/evil/cli.js",
		"node node_modules/.bin/evil",
		"node_modules/.bin/evil",
		"/srv/node_modules/.bin/evil.cmd",
		"node /srv/node_modules/.pnpm/evil@1.0.0/x.js",
		"node -r evil server.js",
		"node --import=evil server.js",
		"tsx C:\\srv\\node_modules\\evil\\src\\index.ts",
		"uvx evil",
		"uvx evil@1.0",
		"uvx EVIL[cli]==1.0",
		"uvx --from evil cmd",
		'uvx --from "evil>=1" cmd',
		"uvx --from git+https://git.example/owner/evil cmd",
		'uvx --from "evil @ git+https://git.example/o/x" cmd',
		"uvx --with evil other",
		"uvx --with=other,evil cmd",
		"uvx -p 3.12 evil",
		"uv tool run evil",
		"uv run --with evil server.py",
		"uv run python -m evil",
		"uv run evil",
		"pipx run evil",
		"pipx run --spec evil cmd",
		"pipx run --spec=https://files.example/evil-1.0-py3-none-any.whl cmd",
		"python -m evil",
		"python3.12 -I -m evil.server",
		"python -mevil",
		"py -3 -m evil",
		"poetry run python -m evil",
		"python /venv/lib/python3/site-packages/evil/__main__.py",
		"/home/me/.local/share/uv/tools/evil/bin/other",
		"docker run -i --rm evil",
		"docker run -i --rm -e A=b registry.example/evil:1.2",
		"docker run evil@sha256:0123",
		"docker run node:22 npx evil",
		"docker run --entrypoint npx node:22 evil",
		"docker exec box npx evil",
		"podman run docker.io/library/evil:latest",
		"sallyport run --name x -- npx evil",
		"/home/me/.sallyport/bin/sallyport run --name x -- npx -y evil",
		"node /home/me/.sallyport/launcher/1/sallyport.cjs run --name x -- npx evil",
		"sallyport run --name x -- sallyport run --name y -- npx evil",
		"env A=b sallyport run --name x -- npx evil",
		'powershell -Command "npx evil"',
		'powershell -NoProfile -c "& npx evil"',
		"pwsh -Command npx evil",
		'powershell -Command "Start-Process npx evil"',
		"wsl npx evil",
		'"npx -y evil"',
	])("in %s", (line) => {
		expect(by({ package: "evil" }, line)).toBe("sure");
		expect(by({ package: "ev*" }, line)).toBe("sure");
		expect(by({ package: "evil", name: "other" }, line)).toBeNull();
		expect(by({ package: "unheard-of" }, line)).not.toBe("sure");
	});

	it.each([
		"npx @acme/evil@1",
		"npx alias@npm:@acme/evil@1",
		"npx https://registry.example/@acme/evil/-/evil-1.0.0.tgz",
		"node /srv/node_modules/@acme/evil/x.js",
		"node /srv/node_modules/.pnpm/@acme+evil@1.0.0/x.js",
		"npx git+https://git.example/@acme/evil.git",
		"npx https://registry.example/%40acme/evil",
	])("with its scope in %s", (line) => {
		expect(by({ package: "@acme/*" }, line)).toBe("sure");
	});
});

describe("a forbidden program is found", () => {
	it.each([
		"docker ps",
		"/usr/bin/docker run x",
		"env docker run x",
		"sudo -n docker run x",
		'sh -c "docker run x"',
		'bash -c "npx a; docker run x"',
		"cmd /c docker.exe run x",
		"timeout 5 docker run x",
		"some-wrapper docker run x",
		"npx -p other docker",
		"uvx --from other docker",
		"uv run docker run x",
		"pnpm exec docker",
		"poetry run docker",
		"docker run image sh",
		"sallyport run --name x -- docker run x",
		"find . -exec docker run x",
	])("in %s", (line) => {
		expect(by({ command: "docker" }, line)).toBe("sure");
	});

	it.each(["docker run image curl http://127.0.0.1", "docker exec box curl", 'sh -c "true && curl x | sh"'])("within %s", (line) => {
		expect(by({ command: "curl" }, line)).toBe("sure");
	});

	it("also where it is the wrapper", () => {
		for (const line of ["sudo npx a", "env -i sudo npx a", 'sh -c "sudo npx a"']) expect(by({ command: "sudo" }, line)).toBe("sure");
		for (const line of ['bash -c "npx a"', 'nohup bash -c "npx a"']) expect(by({ command: "bash" }, line)).toBe("sure");
	});
});

describe("what cannot be told counts as forbidden where a program or a package is", () => {
	it.each([
		'sh -c "npx $PACKAGE"',
		'sh -c "$RUN evil"',
		'sh -c "npx $(cat name)"',
		'sh -c "`cat line`"',
		'sh -c "eval npx a"',
		'sh -c ". ./env.sh; npx a"',
		'sh -c "source env.sh && npx a"',
		'sh -c "curl -s http://127.0.0.1/x | sh"',
		'bash -c "cat <(npx a)"',
		"bash",
		"bash -i",
		'sh -c "bash -s < file"',
		'sh -c "true; python - < file"',
		'sh -c "printf evil | xargs npx -y"',
		'sh -c "printf evil | node -"',
		'sh -c "{npx,evil}"',
		'sh -c "npx ev?l"',
		'sh -c "set -- evil; npx $1"',
		"node",
		"xargs npx -y",
		"npx ${input:package}",
		"${input:program} a",
		"${command:python.interpreterPath} -m server",
		"docker run $IMAGE",
		"cmd /c %RUN% a",
		"node -e \"require('child_process')\"",
		'python -c "import os"',
		"powershell -EncodedCommand AAAA",
		'powershell -Command "iex (a)"',
		'powershell -Command "$x = 1; & $x"',
		'uv run python -c "import os"',
	])("%s", (line) => {
		for (const forbidden of [{ package: "unheard-of" }, { command: "unheard-of" }]) expect(by(forbidden, line)).toBe("unsure");
		expect(by({ package: "unheard-of", name: "other" }, line)).toBeNull();
		expect(by({ package: "unheard-of", name: "some-*" }, line)).toBe("unsure");
		expect(by({ name: "other" }, line)).toBeNull();
		expect(by({ url: "*" }, line)).toBeNull();
	});

	it("and one that stands there all the same is found by its name first", () => {
		expect(by({ package: "evil" }, 'sh -c "npx evil $(cat x)"')).toBe("sure");
	});

	it("and so does one that may be read in more ways than can be looked at", () => {
		const args = Array.from({ length: 2_000 }, (_, i) => (i % 2 === 0 ? `--a${i}` : "npx"));
		expect(namesOfLine("npx", args).isTold).toBe(false);
	});

	it("and so does a line that is too long or too deep to be read", () => {
		expect(namesOfLine("sh", ["-c", `: ${"x".repeat(200_000)}`]).isTold).toBe(false);
		expect(namesOfLine("sallyport", Array.from({ length: 20 }, () => ["run", "--", "sallyport"]).flat()).isTold).toBe(false);
	});
});

describe("what is told is not forbidden by what it does not name", () => {
	it.each([
		'npx -y files-server@1.0.0 ./docs --name "$HOME"',
		"npx -y files-server evil",
		"npx -y files-server --package evil",
		"node server.js evil",
		"node dist/evil/index.js",
		"python server.py -m evil",
		"uvx other --from evil",
		"docker run -i image --evil",
		"docker run -e evil=1 image",
		"files-server --shell bash",
		"files-server --runtime node --with npx",
		'sh -c "npx files-server $HOME"',
		'bash -lc "cd ~/notes && npx -y files-server@2.1.0 ."',
		"bash ./start.sh evil",
		"cmd /c npx files-server",
		"${workspaceFolder}/bin/server evil",
		"npx git+https://evil.example/acme/other.git",
		"npx files-server@${input:version}",
		"%APPDATA%\\npm\\npx.cmd files-server",
		"make evil",
		"node --inspect server.js",
		"uv --directory /srv/evil run server.py",
		"python -m good.server",
	])("%s", (line) => {
		expect(by({ package: "evil" }, line)).toBeNull();
		expect(by({ command: "evil" }, line)).toBeNull();
	});
});
