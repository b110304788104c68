/** Of a clock that only goes on. Node's `performance` would load all that it can measure. */
export function milliseconds(): number {
	const [seconds, nanoseconds] = process.hrtime();
	return seconds * 1e3 + nanoseconds / 1e6;
}
