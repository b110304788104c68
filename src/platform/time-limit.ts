/** Whether it is kept within so many milliseconds. It is not called off. Rejects as it does. */
export async function isKeptWithin(ms: number, promise: Promise<unknown>): Promise<boolean> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<boolean>((resolve) => {
		timer = setTimeout(resolve, ms, false);
	});
	return Promise.race([promise.then(() => true), late]).finally(() => clearTimeout(timer));
}
