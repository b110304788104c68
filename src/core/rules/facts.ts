/** Who but the file's owner could open it: by its mode, and by those of the folders that lead to it. */
export type Readers = "nobody" | "group" | "others";

/** What the disk and git say of one config file. Gathered by `src/platform/file-facts.ts`. */
export interface FileFacts {
	/** Whose file it is: a folder's that may be shared, or one account's. Null: unknown. */
	readonly scope: "workspace" | "user" | null;
	/** Null: unknown, as on Windows, or not asked. */
	readonly readers: Readers | null;
	/** Null: in no repository, or git was not there or not asked. */
	readonly git: GitFacts | null;
	/** Files named by `envFile`, by the text that names them. One that is not in here is unknown. */
	readonly envFiles: ReadonlyMap<string, EnvFileFacts>;
}

export interface GitFacts {
	/** The file is in the index: it is, or is about to be, in a commit. */
	readonly tracked: boolean;
	/** Null: not looked at. */
	readonly history: HistoryFacts | null;
}

/** What earlier committed versions of the file hold. */
export interface HistoryFacts {
	/** How many different credentials stand in an earlier version and not in the file as it is now. */
	readonly gone: number;
}

/** A file of `NAME=value` lines. */
export interface EnvFileFacts {
	readonly exists: boolean;
	/** Null: unknown, or it holds no credential. */
	readonly tracked: boolean | null;
	/** Null: unknown, or it holds no credential. */
	readonly readers: Readers | null;
	/** How many of its lines hold a credential. */
	readonly credentials: number;
}
