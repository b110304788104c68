// @ts-check
import process from "node:process";

/** How often a long step says that it is still at work where nothing can be redrawn (a log, a CI). */
const HEARTBEAT_MS = 15_000;

const terminal = process.stdout.isTTY === true && process.env.TERM !== "dumb";
const colour = terminal && (process.env.NO_COLOR ?? "") === "";
const dim = (/** @type {string} */ text) => (colour ? `\x1b[2m${text}\x1b[22m` : text);

/**
 * One line of the set-up's account: what it looked at, and what came of it.
 * @param {string} what
 * @param {string} outcome
 */
export function step(what, outcome) {
	process.stdout.write(`${dim("•")} ${what.padEnd(15)}${outcome}\n`);
}

/**
 * Tells a long step: that it began, that it goes on, and how many seconds it took.
 * @template T
 * @param {string} what
 * @param {string} doing in the continuous form, for example "installing"
 * @param {string} done
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function longStep(what, doing, done, work) {
	const started = Date.now();
	const seconds = () => Math.round((Date.now() - started) / 1000);
	const redraw = () => process.stdout.write(`\r\x1b[2K${dim("•")} ${what.padEnd(15)}${doing} ${dim(`${seconds()} s`)}`);
	if (terminal) redraw();
	else step(what, `${doing} …`);
	const timer = terminal ? setInterval(redraw, 1000) : setInterval(() => step(what, `${doing} … ${seconds()} s`), HEARTBEAT_MS);
	try {
		const result = await work();
		if (terminal) process.stdout.write("\r\x1b[2K");
		step(what, `${done} (${seconds()} s)`);
		return result;
	} catch (error) {
		if (terminal) process.stdout.write("\n");
		throw error;
	} finally {
		clearInterval(timer);
	}
}

/** Something a person can mend: shown as it is, without a stack. */
export class SetupError extends Error {
	/**
	 * @param {string} message what is wrong and what to do, in one line
	 * @param {string} [details] output of the tool that failed
	 */
	constructor(message, details = "") {
		super(message);
		this.details = details.trim();
	}
}
