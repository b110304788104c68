import { nodeCrypto } from "../node-crypto.ts";
import type { DbusReader, DbusReply } from "./dbus-message.ts";
import { KeyExchange } from "./key-exchange.ts";
import { BUS, SessionBus } from "./session-bus.ts";

/**
 * Reads from a Secret Service (gnome-keyring, KWallet, KeePassXC) without its library, which needs a process of its own. It finds what is
 * there and open, and nothing else: it never asks a person, and tells neither a locked keychain from a missing entry nor why it failed.
 * Format: https://specifications.freedesktop.org/secret-service/latest/
 */
export class SecretService {
	readonly #bus: SessionBus;
	readonly #session: Promise<Session | null>;

	/** @param socket of the session bus */
	constructor(socket: string) {
		this.#bus = new SessionBus(socket);
		this.#session = this.#openSession();
	}

	/**
	 * The first entry that keytar would find. Null: there is none that can be read just so. Never rejects; takes as long as the service takes.
	 */
	async read(service: string, account: string): Promise<string | null> {
		const asked = this.#bus.call({
			...SERVICE,
			member: "SearchItems",
			signature: "a{ss}",
			body: (to) =>
				to.array(8, () => {
					for (const [name, value] of Object.entries({ service, account, "xdg:schema": KEYTAR_SCHEMA })) {
						to.align(8);
						to.string(name);
						to.string(value);
					}
				}),
		});
		const [session, found] = await Promise.all([this.#session, asked]);
		if (session === null || found?.sender !== session.owner) return null;
		const item = parse(found, "aoao", firstOpen);
		if (item === null) return null;
		const given = await this.#bus.call({
			...SERVICE,
			member: "GetSecrets",
			signature: "aoo",
			body: (to) => {
				to.array(4, () => to.string(item));
				to.string(session.path);
			},
		});
		if (given?.sender !== session.owner) return null;
		const sent = parse(given, "a{o(oayays)}", (body) => secretOf(body, item));
		return sent === null || sent.session !== session.path ? null : decrypt(session.key, sent);
	}

	/** Whether there is a Secret Service on this bus, open or locked, or one that would start when it is asked. False too where there is no bus. */
	async isThere(): Promise<boolean> {
		const named = await Promise.all(
			["ListNames", "ListActivatableNames"].map((member) => this.#bus.call({ ...BUS, member, signature: "", body: () => {} })),
		);
		return named.some((reply) => reply !== null && parse(reply, "as", isAmong) === true);
	}

	/** Idempotent. What is being read is null then. */
	close(): void {
		this.#bus.close();
	}

	/** Agrees on a key: a secret on the bus passes through other programs' memory. Null: the service does not agree. */
	async #openSession(): Promise<Session | null> {
		// An editor's binary has another cryptography, without this group.
		const exchange = attempt(() => new KeyExchange());
		if (exchange === null) return null;
		const opened = await this.#bus.call({
			...SERVICE,
			member: "OpenSession",
			signature: "sv",
			body: (to) => {
				to.string(ALGORITHM);
				to.signature("ay");
				to.blob(exchange.ownPublic);
			},
		});
		const answer = opened === null ? null : parse(opened, "vo", exchanged);
		if (opened === null || answer === null) return null;
		const key = attempt(() => {
			const shared = exchange.sharedWith(answer.theirs);
			return Buffer.from(nodeCrypto().hkdfSync("sha256", shared, Buffer.alloc(0), Buffer.alloc(0), KEY_BYTES));
		});
		return key === null ? null : { owner: opened.sender, path: answer.session, key };
	}
}

interface Session {
	/** Who answered; whoever takes the service's name later is not asked on. */
	readonly owner: string;
	readonly path: string;
	readonly key: Buffer;
}

interface SentSecret {
	readonly session: string;
	readonly iv: Buffer;
	readonly encrypted: Buffer;
	readonly contentType: string;
}

const SERVICE = {
	destination: "org.freedesktop.secrets",
	path: "/org/freedesktop/secrets",
	interface: "org.freedesktop.Secret.Service",
} as const;

const ALGORITHM = "dh-ietf1024-sha256-aes128-cbc-pkcs7";

const KEY_BYTES = 16;

/** What keytar stores its entries under. */
const KEYTAR_SCHEMA = "org.freedesktop.Secret.Generic";

/** Null: it is of another form. */
function parse<T>(reply: DbusReply, signature: string, read: (body: DbusReader) => T | null): T | null {
	return reply.signature === signature ? attempt(() => read(reply.body)) : null;
}

function exchanged(body: DbusReader): { readonly theirs: Buffer; readonly session: string } | null {
	return body.signature() === "ay" ? { theirs: body.blob(), session: body.string() } : null;
}

function isAmong(body: DbusReader): boolean {
	const names: string[] = [];
	body.array(4, () => names.push(body.string()));
	return names.includes(SERVICE.destination);
}

/** The first of the items that are open; null: there is none. */
function firstOpen(body: DbusReader): string | null {
	const items: string[] = [];
	body.array(4, () => items.push(body.string()));
	return items[0] ?? null;
}

/** Null: it is not there. */
function secretOf(body: DbusReader, item: string): SentSecret | null {
	const secrets = new Map<string, SentSecret>();
	body.array(8, () => {
		const of = body.string();
		body.align(8);
		secrets.set(of, { session: body.string(), iv: body.blob(), encrypted: body.blob(), contentType: body.string() });
	});
	return secrets.get(item) ?? null;
}

/** Null: it is no text, or was not encrypted with this key. */
function decrypt(key: Buffer, { iv, encrypted, contentType }: SentSecret): string | null {
	if (!contentType.startsWith("text/plain")) return null;
	return attempt(() => {
		const cipher = nodeCrypto().createDecipheriv("aes-128-cbc", key, iv);
		return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.concat([cipher.update(encrypted), cipher.final()]));
	});
}

/** Null: what came from outside cannot be read. */
function attempt<T>(read: () => T): T | null {
	try {
		return read();
	} catch {
		return null;
	}
}
