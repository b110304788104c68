/** What this machine has to run a command with. */
export interface Machine {
	/** Whether a program of this name is installed for everyone. */
	readonly has: (program: string) => boolean;
	/** The person is root: no `sudo` is needed, and may not be there. */
	readonly root: boolean;
}

/**
 * The one command of a remedy that can be pasted into a terminal of this machine; null: it has none. Only what is read here is recognised:
 * a path or a name in a remedy never becomes a part of a command.
 */
export function commandIn(remedy: string, { has, root }: Machine): string | null {
	const asRoot = (command: string): string => (root ? command : `sudo ${command}`);
	const install = [...remedy.matchAll(/\b(apt-get install|dnf install|pacman -S) ([a-z0-9][a-z0-9.+-]*[a-z0-9])/g)]
		.filter(([, how = ""]) => has(how.split(" ")[0] ?? ""))
		.map(([command]) => asRoot(command));
	const [first] = install;
	if (first !== undefined) return first;
	const setting = /^Run: sudo (sysctl -w [a-z_.]+=\d+)/.exec(remedy)?.[1];
	if (setting !== undefined) return asRoot(setting);
	return (
		/^Allow bubblewrap alone: (printf '[^']+' \| sudo tee \/etc\/apparmor\.d\/bwrap && sudo apparmor_parser -r \/etc\/apparmor\.d\/bwrap)$/.exec(
			remedy,
		)?.[1] ?? null
	);
}

/** What platform and core advise is written for a terminal; here the same is done by commands of the palette. */
export function inEditorWords(remedy: string): string {
	return remedy
		.replace(
			"keep secrets in the encrypted file instead: sallyport fix --vault sealed",
			"keep secrets in the encrypted file (setting sallyport.vault)",
		)
		.replace(/, in a terminal: sallyport policy accept\b.*$/s, ": run “Sallyport: Accept Policy Changes…”")
		.replace(/(?:Run: )?sallyport init\b/, "Run “Sallyport: Set Up”")
		.replace(/(?:Run: )?sallyport doctor\b/, "Run “Sallyport: Check This Machine”")
		.replace("run fix again", "try again")
		.replace(" run Run ", " run ")
		.replace(": Run “", ": run “");
}
