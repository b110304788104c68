/** Values shorter than this stand in ordinary text by chance; they are replaced only where they are all of it. */
const SHORT = 6;

/** The text with a marker in place of every known secret: raw, JSON-escaped, URL-encoded, in base64 or hexadecimal. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
	let clean = text;
	for (const secret of secrets)
		for (const form of formsOf(secret)) {
			if (form.length >= SHORT) clean = clean.replaceAll(form, "[secret]");
			else if (clean === form) clean = "[secret]";
		}
	return clean;
}

function formsOf(secret: string): readonly string[] {
	const bytes = Buffer.from(secret);
	const forms = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), bytes.toString("hex")];
	for (const encoding of ["base64", "base64url"] as const) forms.push(bytes.toString(encoding).replace(/=+$/, ""));
	return [...new Set(forms)];
}
