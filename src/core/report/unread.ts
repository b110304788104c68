/** How much of what should have been looked at could not be. */
export interface Unread {
	readonly files: number;
	readonly folders: number;
	/** Git repositories of which it is not known what is in them: git did not answer. Left out: none. */
	readonly repositories?: number;
}

/** One line for the end of a report; null when everything was looked at. */
export function unreadLine({ files, folders }: Unread): string | null {
	const parts = [...(files > 0 ? [count(files, "file")] : []), ...(folders > 0 ? [count(folders, "folder")] : [])];
	return parts.length === 0 ? null : `Not looked at: ${parts.join(" and ")} that could not be read.`;
}

function count(number: number, what: string): string {
	return `${number} ${what}${number === 1 ? "" : "s"}`;
}
