// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the hosts' own variables

/** A folder that every program and every user of the machine may write to, and that is emptied from time to time; null for any other place. */
export function temporaryFolder(path: string): string | null {
	const plain = path.replace(/\\/g, "/").replace(/\/(?:\.?\/)+/g, "/");
	const unix = /^\/(?:private\/)?(?:tmp|var\/tmp|dev\/shm)(?=\/|$)/.exec(plain);
	if (unix !== null) return unix[0];
	const variable = /^(?:%(?:TEMP|TMP)%|\$\{?(?:env:)?(?:TMPDIR|TEMP|TMP)\}?|\$env:(?:TEMP|TMP))(?=\/|$)/i.exec(plain);
	if (variable !== null) return variable[0];
	return /^(?:[A-Za-z]:\/(?:Windows\/)?Te?mp|(?:[A-Za-z]:\/Users\/[^/]+|%USERPROFILE%)\/AppData\/Local\/Temp|%LOCALAPPDATA%\/Temp|\$\{env:LOCALAPPDATA\}\/Temp)(?=\/|$)/i.exec(
		plain,
	) === null
		? null
		: "the folder for temporary files";
}

/** True for a folder of another machine on Windows: `\\\\server\\share\\x.exe`. */
export function isOnShare(path: string): boolean {
	return /^\\\\(?![?.]\\|wsl(?:\$|\.localhost)\\|localhost\\|127\.0\.0\.1\\)[^\\]+\\/i.test(path);
}

/** True for what a browser saves and anybody's page may add to. */
export function isInDownloads(path: string): boolean {
	return /^(?:~|\$\{?(?:HOME|env:HOME|userHome)\}?|%USERPROFILE%|\$\{env:USERPROFILE\}|\/Users\/[^/]+|\/home\/[^/]+|[A-Za-z]:\/Users\/[^/]+)\/Downloads\//i.test(
		path.replace(/\\/g, "/"),
	);
}
