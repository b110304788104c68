/** What a table holds under a key that comes from elsewhere; undefined: nothing of its own, whatever every object has (`constructor`, `__proto__`). */
export function own<T>(table: Readonly<Partial<Record<string, T>>>, key: string): T | undefined {
	return Object.hasOwn(table, key) ? table[key] : undefined;
}
