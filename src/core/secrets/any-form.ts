/** Whether a text has any of some forms. Those of the same flags are put together: one look at the text serves them all. */
export function anyForm(forms: readonly RegExp[]): (text: string) => boolean {
	const byFlags = new Map<string, string[]>();
	for (const { source, flags } of forms) byFlags.set(flags, [...(byFlags.get(flags) ?? []), `(?:${source})`]);
	const joined = [...byFlags].map(([flags, sources]) => new RegExp(sources.join("|"), flags));
	return (text) => joined.some((form) => form.test(text));
}
