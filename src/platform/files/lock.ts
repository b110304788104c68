import { fail, type Result } from "../../core/result.ts";

/**
 * Runs `work` while holding the lock folder at `lockPath`; its parent folder must exist. Processes that die leave it behind:
 * it is taken over after `staleMs`. A lock that somebody alive holds for longer than the retries last is a Problem.
 */
export async function withLock<T>(lockPath: string, work: () => Promise<Result<T>>, staleMs = 5_000): Promise<Result<T>> {
	// Loaded on demand: it hooks into the process's signals, and a launcher only reads.
	const lockfile = await import("proper-lockfile");
	let lost = false;
	let release: () => Promise<void>;
	try {
		release = await lockfile.lock(lockPath, {
			lockfilePath: lockPath,
			realpath: false,
			stale: staleMs,
			update: staleMs / 5,
			retries: { retries: 100, factor: 1.3, minTimeout: 10, maxTimeout: 250, randomize: true },
			onCompromised: () => {
				lost = true;
			},
		});
	} catch (error) {
		const code = (error as NodeJS.ErrnoException).code;
		// ENOTDIR: a file stands where the lock's folder should.
		if (code === "ELOCKED" || code === "ENOTDIR")
			return fail("busy", `Another program holds the lock ${lockPath}.`, "Try again in a moment; if nothing is using it, delete it.");
		if (code === "EACCES" || code === "EPERM" || code === "EROFS")
			return fail(
				"folder-read-only",
				`No file can be made next to ${lockPath.replace(/\.lock$/, "")}.`,
				"Make that folder writable for yourself.",
			);
		throw error;
	}
	try {
		return await work();
	} finally {
		if (!lost) await release().catch(() => {});
	}
}
