import { nodeCrypto } from "../node-crypto.ts";
import type { DbusReader, DbusReply, DbusWriter } from "./dbus-message.ts";
import { KeyExchange } from "./key-exchange.ts";
import { BUS, SessionBus } from "./session-bus.ts";

/**
 * Reads from a Secret Service (gnome-keyring, KWallet, KeePassXC), and writes to it, without its library, which needs a process of its own.
 * It reaches what is open, and nothing else: it never asks a person, and does not tell why it failed.
 * Format: https://specifications.freedesktop.org/secret-service/latest/
 */
export class SecretService {
	readonly #bus: SessionBus;
	/**
	 * What the service is asked first has to be something that it can answer to anybody. Up to version 50 at least, gnome-keyring may deal with a
	 * caller's first request before it has noted the caller, and ends itself when that request opens a session.
	 */
	readonly #noted: Promise<unknown>;
	readonly #session: Promise<Session | null>;

	/** @param socket of the session bus */
	constructor(socket: string) {
		this.#bus = new SessionBus(socket);
		this.#noted = this.#bus.call({
			...SERVICE,
			interface: "org.freedesktop.DBus.Properties",
			member: "Get",
			signature: "ss",
			body: (to) => {
				to.string(SERVICE.interface);
				to.string("Collections");
			},
		});
		this.#session = this.#openSession();
	}

	/**
	 * The first entry that keytar would find. Null: there is none that can be read just so. Never rejects; takes as long as the service takes.
	 */
	async read(service: string, account: string): Promise<string | null> {
		const [session, found] = await Promise.all([this.#session, this.#search(service, account)]);
		const item = session === null || found?.sender !== session.owner ? null : parse(found, "aoao", firstOpen);
		return session === null || item === null ? null : this.#readItem(session, item);
	}

	/** The same, telling an entry that is not there (`absent`) from one that cannot be read just so (null): only the first may be made anew. */
	async look(service: string, account: string): Promise<{ readonly value: string } | "absent" | null> {
		const [session, found] = await Promise.all([this.#session, this.#search(service, account)]);
		if (session === null || found?.sender !== session.owner) return null;
		const items = parse(found, "aoao", allItems);
		if (items === null || (items.open.length === 0 && items.locked > 0)) return null;
		const [item] = items.open;
		if (item === undefined) return "absent";
		const value = await this.#readItem(session, item);
		return value === null ? null : { value };
	}

	/**
	 * Keeps a value in the default collection, over the one that is there, as keytar would. False: it was not kept, for one because the
	 * keychain is locked: nobody is asked.
	 */
	async write(service: string, account: string, value: string): Promise<boolean> {
		const [session, found] = await Promise.all([this.#session, this.#search(service, account)]);
		const sealed = session === null ? null : attempt(() => encrypt(session.key, value));
		if (session === null || sealed === null || found?.sender !== session.owner) return false;
		const items = parse(found, "aoao", allItems);
		if (items === null || (items.open.length === 0 && items.locked > 0)) return false;
		const secret = (to: DbusWriter): void => {
			to.align(8);
			to.string(session.path);
			to.blob(sealed.iv);
			to.blob(sealed.encrypted);
			to.string("text/plain; charset=utf8");
		};
		const [item] = items.open;
		if (item !== undefined) {
			const set = { destination: SERVICE.destination, path: item, interface: "org.freedesktop.Secret.Item", member: "SetSecret" };
			return (await this.#bus.call({ ...set, signature: "(oayays)", body: secret }))?.sender === session.owner;
		}
		const made = await this.#bus.call({
			destination: SERVICE.destination,
			path: "/org/freedesktop/secrets/aliases/default",
			interface: "org.freedesktop.Secret.Collection",
			member: "CreateItem",
			signature: "a{sv}(oayays)b",
			body: (to) => {
				to.array(8, () => {
					to.align(8);
					to.string("org.freedesktop.Secret.Item.Label");
					to.signature("s");
					to.string(`${service}/${account}`);
					to.align(8);
					to.string("org.freedesktop.Secret.Item.Attributes");
					to.signature("a{ss}");
					attributes(to, service, account);
				});
				secret(to);
				to.bool(true);
			},
		});
		if (made?.sender !== session.owner) return false;
		const answer = parse(made, "oo", (body) => ({ item: body.string(), prompt: body.string() }));
		return answer !== null && answer.item !== NOTHING && answer.prompt === NOTHING;
	}

	async #search(service: string, account: string): Promise<DbusReply | null> {
		await this.#noted;
		return this.#bus.call({
			...SERVICE,
			member: "SearchItems",
			signature: "a{ss}",
			body: (to) => attributes(to, service, account),
		});
	}

	async #readItem(session: Session, item: string): Promise<string | null> {
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

	/**
	 * Whether there is a Secret Service on this bus, open or locked, or one that would start when it is asked; also true where the bus answers and
	 * does not tell. False where there is no bus.
	 */
	async isThere(): Promise<boolean> {
		const named = await Promise.all(
			["ListNames", "ListActivatableNames"].map((member) => this.#bus.call({ ...BUS, member, signature: "", body: () => {} })),
		);
		if (named.every((reply) => reply === null)) return false;
		return named.some((reply) => reply === null || parse(reply, "as", isAmong) !== false);
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
		await this.#noted;
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

/** The path that stands for no object. */
const NOTHING = "/";

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

/** By which keytar finds an entry. */
function attributes(to: DbusWriter, service: string, account: string): void {
	to.array(8, () => {
		for (const [name, value] of Object.entries({ service, account, "xdg:schema": KEYTAR_SCHEMA })) {
			to.align(8);
			to.string(name);
			to.string(value);
		}
	});
}

/** The items that are open, and how many are locked. */
function allItems(body: DbusReader): { readonly open: readonly string[]; readonly locked: number } {
	const open: string[] = [];
	let locked = 0;
	body.array(4, () => open.push(body.string()));
	body.array(4, () => {
		body.string();
		locked++;
	});
	return { open, locked };
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

function encrypt(key: Buffer, value: string): { readonly iv: Buffer; readonly encrypted: Buffer } {
	const iv = nodeCrypto().randomBytes(KEY_BYTES);
	const cipher = nodeCrypto().createCipheriv("aes-128-cbc", key, iv);
	return { iv, encrypted: Buffer.concat([cipher.update(value, "utf8"), cipher.final()]) };
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
