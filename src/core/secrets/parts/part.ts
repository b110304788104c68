import { classifyKey } from "../keys.ts";
import { type Piece, subPiece } from "../piece.ts";

/**
 * Where a part stands says what it is worth.
 * `value`: what its key says; `credential`: a password or token by its place (userinfo, `Bearer …`, a connection string);
 * `path`: a segment of a URL; `user`: a user's name in a URL, which some services use for a token.
 */
export type Role = "value" | "credential" | "path" | "user";

/** A part of a value that could be a secret by itself. */
export interface Part {
	readonly key: string | null;
	readonly piece: Piece;
	readonly role: Role;
	/** The user that a password belongs to: `postgres:postgres@` is a default, not a secret. */
	readonly user?: string;
	/** It may well be something else: a hint at most. */
	readonly doubtful?: true;
}

/** Takes a piece apart in turn; each structure hands on what it holds. */
export type TakeApart = (key: string | null, piece: Piece) => readonly Part[];

/** A password or a token by its place. */
export function credential(key: string, piece: Piece, start: number, end: number, user?: string): Part {
	return { key, piece: subPiece(piece, start, end), role: "credential", ...(user === undefined ? {} : { user }) };
}

/** True for names that mean a password or a token beyond doubt. */
export function isStrongName(name: string | null): boolean {
	const kind = classifyKey(name);
	return kind === "password" || kind === "secret";
}

/**
 * The name of a value inside a structure that has a name itself: `{ "token": { "prod": "…" } }`. What a strong name stands above is
 * a key if it looks like one, and any password below a password.
 */
export function nameWithin(outer: string | null, own: string | null): string | null {
	if (own !== null && classifyKey(own) !== "neutral") return own;
	switch (classifyKey(outer)) {
		case "password":
			return outer;
		case "secret":
		case "key":
			return "key";
		case "public":
			return outer;
		default:
			return own;
	}
}
