const UNITS: Readonly<Record<string, number>> = {
	B: 1,
	kB: 1000,
	MB: 1000 ** 2,
	GB: 1000 ** 3,
	TB: 1000 ** 4,
	KiB: 1024,
	MiB: 1024 ** 2,
	GiB: 1024 ** 3,
	TiB: 1024 ** 4,
};

/** Bytes of a size such as `64MiB` or `1 GB`; null for anything else, and for what is not a whole number of bytes above zero. */
export function parseSize(text: string): number | null {
	const [, number, unit = ""] = /^(\d{1,12}(?:\.\d{1,3})?) ?([A-Za-z]{1,3})$/.exec(text) ?? [];
	const factor = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
	if (number === undefined || factor === undefined) return null;
	const bytes = Number(number) * factor;
	return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : null;
}

/** The shortest text that `parseSize` reads as this many bytes. */
export function sizeText(bytes: number): string {
	const texts = Object.entries(UNITS).flatMap(([unit, factor]) => (bytes % factor === 0 ? [`${bytes / factor}${unit}`] : []));
	return texts.reduce((shortest, text) => (text.length < shortest.length ? text : shortest));
}
