/** False for a number that another parser reads as another one near it, or not at all. */
export function isExact(value: unknown): boolean {
	return typeof value !== "number" || (Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value)));
}
