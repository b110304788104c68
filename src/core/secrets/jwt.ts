import { decodeBase64 } from "./base64.ts";

/** What a JSON web token says of itself. Times in seconds since 1970; null: it does not say. */
export interface JwtFacts {
	/** `service_role` of Supabase may do everything. */
	readonly role: string | null;
	readonly issuedAt: number | null;
	/** Null: it never expires. */
	readonly expiresAt: number | null;
}

export function looksLikeJwt(text: string): boolean {
	return /^eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*$/.test(text);
}

/** The claims of a JWT, its signature unseen; null when it does not decode. */
export function decodeJwt(text: string): { readonly payload: Readonly<Record<string, unknown>> } | null {
	const decoded = decodeBase64(text.split(".")[1] ?? "");
	if (decoded === null) return null;
	try {
		const payload: unknown = JSON.parse(decoded);
		if (typeof payload !== "object" || payload === null || Array.isArray(payload)) return null;
		return { payload: Object.fromEntries(Object.entries(payload)) };
	} catch {
		return null;
	}
}

/** Null when it does not decode. */
export function jwtFacts(text: string): JwtFacts | null {
	const payload = decodeJwt(text)?.payload;
	if (payload === undefined) return null;
	const { role, iat, exp } = payload;
	return { role: typeof role === "string" ? role : null, issuedAt: seconds(iat), expiresAt: seconds(exp) };
}

function seconds(claim: unknown): number | null {
	return typeof claim === "number" && Number.isFinite(claim) && claim > 0 ? claim : null;
}
