import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import * as vscode from "vscode";
import type { ConfigDocument } from "../../core/config/server.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { type Accepted, acceptedPlaces, readAccepted } from "../../platform/acceptance/accepted.ts";
import { mayHold } from "../../platform/acceptance/may-hold.ts";
import type { ListedOffers, ListedTool } from "../../platform/launch/list-tools.ts";
import type { LaunchLine } from "../../platform/launch/locate.ts";
import { networkFile } from "../../platform/network.ts";
import { policyPlaces, watchPolicies } from "../../platform/policy-files.ts";
import type { Configs } from "../configs/configs.ts";
import type { ContextKey } from "../contributions.ts";
import type { Live } from "../live/live.ts";
import type { Services } from "../services.ts";
import { buildFile } from "./build.ts";
import { Listings } from "./listings.ts";
import type { ConfigFile, Server } from "./model.ts";
import { type Place, placeInWorkspace, placesBelow, userPlaces, WORKSPACE_GLOB, workspacePlaces } from "./places.ts";
import { Policies } from "./policies.ts";
import { brokenSource, idOf, judgeSource, readDocument, type Source, saysTheSame } from "./source.ts";
import { type WaitingChanges, waitingChanges } from "./waiting.ts";

/** Milliseconds after the last change of a file until it is read again; longer while somebody types in it. */
const SETTLE_MS = 300;
const TYPING_MS = 1_000;
const MOST_ARRIVALS = 100;

/** The config files of this window and of this person, their servers, and what was granted to each. Looks at the disk from the first `load` on. */
export class Servers implements vscode.Disposable {
	readonly #services: Services;
	readonly #configs: Configs;
	readonly #live: Live;
	readonly #changed = new vscode.EventEmitter<void>();
	readonly #revealed = new vscode.EventEmitter<string>();
	readonly #policies = new vscode.EventEmitter<void>();
	/** What `files` holds is another one now. */
	readonly onDidChange = this.#changed.event;
	/** What is granted, or how serious a rule is, may be something else now. */
	readonly onDidChangePolicies = this.#policies.event;
	/** The tools of the server with this id are to be shown. */
	readonly onDidAskToReveal = this.#revealed.event;
	readonly #listings = new Listings();
	/** By real path, in the order of the view. */
	#places = new Map<string, Place>();
	#sources = new Map<string, Source>();
	#files = new Map<string, ConfigFile>();
	/** What `files` was last built of. */
	#built: ReadonlyMap<string, Source> = new Map();
	#byId = new Map<string, Server>();
	#loading: Promise<void> | null = null;
	#work: Promise<void> = Promise.resolve();
	readonly #watches: vscode.Disposable[] = [];
	#policyWatch: { dispose(): void } | null = null;
	/** What ends the watch of a file that came with its folder, by path. */
	readonly #arrivals = new Map<string, () => void>();
	/** Files to be read again, by address. */
	readonly #stale = new Map<string, vscode.Uri>();
	#timer: NodeJS.Timeout | undefined;
	#judging: NodeJS.Timeout | undefined;
	/** Until all are read, the others are as they were. */
	#isDiscovering = false;
	/** What a person accepted; null: not known yet, or not needed. */
	#accepted: Result<Accepted> | null = null;
	/** What of the policy files waits, and what of it was last shown. */
	#waiting: WaitingChanges | null = null;
	#shownWaiting: WaitingChanges | null = null;
	/** The last question what a person accepted. */
	#asking: Promise<void> = Promise.resolve();
	#asked = 0;
	#disposed = false;

	constructor(services: Services, configs: Configs, live: Live) {
		this.#services = services;
		this.#configs = configs;
		this.#live = live;
	}

	/** Empty before `load`. */
	get files(): readonly ConfigFile[] {
		return [...this.#files.values()];
	}

	/** Reads everything once; from then on it is kept up to date. */
	async load(): Promise<readonly ConfigFile[]> {
		this.#loading ??= this.#first();
		await this.#loading;
		return this.files;
	}

	/** Reads everything again. */
	async refresh(): Promise<void> {
		if (this.#loading === null) await this.load();
		else await this.#again();
	}

	byId(id: string): Server | null {
		return this.#byId.get(id) ?? null;
	}

	/** The server whose entry has these keys in this file. */
	at(uri: vscode.Uri, keyPath: readonly string[]): Server | null {
		return this.in(uri)(keyPath);
	}

	/** As `at`, for many servers of one file. */
	in(uri: vscode.Uri): (keyPath: readonly string[]) => Server | null {
		const file = this.#placeOf(uri)?.path;
		return (keyPath) => (file === undefined ? null : this.byId(idOf(file, keyPath)));
	}

	/** The entry as its file has it this moment. Null: it is gone. */
	reread({ id, file }: Pick<Server, "id" | "file">): Server | null {
		this.#read(file.uri, false);
		this.#build([file.path]);
		return this.byId(id);
	}

	/** Keeps what a server listed, so that it can be shown without starting it again. */
	async keepListing({ id }: Pick<Server, "id">, line: LaunchLine, fingerprint: string, tools: readonly ListedTool[]): Promise<void> {
		const home = this.#services.home();
		if (!home.ok) return;
		await this.#listings.keep(id, line, fingerprint, tools, home.value);
		this.#build(null);
	}

	/** Keeps, for this session, what a server listed beside tools. */
	keepOffers({ id }: Pick<Server, "id">, line: LaunchLine, offers: ListedOffers): void {
		this.#listings.keepOffers(id, line, offers);
		this.#build(null);
	}

	/** Looks again at what is granted. For after a grant was written: the watch would tell it a moment later. */
	async regrant(): Promise<void> {
		await this.#askAccepted();
		this.#build(null);
	}

	/** What a person accepted; null: nothing is granted, or it is not known. */
	get accepted(): Accepted | null {
		return this.#accepted?.ok === true ? this.#accepted.value : null;
	}

	/** What of the person's own policy files waits for them; null: nothing, or it is not known. */
	get waiting(): WaitingChanges | null {
		return this.#waiting;
	}

	/** Asks the view to show the tools of a server. */
	reveal({ id }: Pick<Server, "id">): void {
		this.#revealed.fire(id);
	}

	dispose(): void {
		this.#disposed = true;
		clearTimeout(this.#timer);
		clearTimeout(this.#judging);
		this.#policyWatch?.dispose();
		for (const watch of this.#watches) watch.dispose();
		for (const close of [...this.#arrivals.values()]) close();
		this.#changed.dispose();
		this.#revealed.dispose();
		this.#policies.dispose();
	}

	async #first(): Promise<void> {
		this.#watchFiles();
		this.#live.start();
		await this.#discover();
	}

	#again(): Promise<void> {
		this.#work = this.#work.then(
			() => this.#discover(),
			() => this.#discover(),
		);
		return this.#work;
	}

	async #discover(): Promise<void> {
		const folders = await workspacePlaces(this.#services, this.#configs);
		const user = vscode.workspace.getConfiguration("sallyport").get("userFiles") === false ? [] : userPlaces(this.#services, this.#configs);
		if (this.#disposed) return;
		this.#listings.forget();
		this.#watchPolicies();
		const before = this.#sources;
		this.#places = new Map();
		this.#sources = new Map();
		// What a workspace links to of the person's own is the person's own, and is told as that.
		const own = new Set(user.map((place) => place.path));
		this.#isDiscovering = true;
		const documents = new Map<Place, ConfigDocument>();
		await unhurried([...folders.filter((each) => !own.has(each.path)), ...user], (place) => {
			if (this.#places.has(place.path)) return;
			this.#places.set(place.path, place);
			const document = this.#attempt(place, () => readDocument(place, this.#configs, before.get(place.path)?.document ?? null));
			if (document?.ok === true) documents.set(place, document.value);
			else if (document !== null) this.#sources.set(place.path, brokenSource(place, document.problem));
		});
		if (this.#disposed) return;
		// Each is judged by what stands in the others.
		this.#isDiscovering = false;
		this.#tell([...documents].map(([place, document]) => ({ place, document })));
		await unhurried([...documents], ([place, document]) => this.#judge(place, document, null));
		await this.#askAccepted();
		if (this.#disposed) return;
		this.#build(null);
		setContext("sallyport.ready", true);
	}

	/** The known place of this address. */
	#placeOf(uri: vscode.Uri): Place | null {
		const address = uri.toString();
		const local = this.#configs.localPath(uri);
		for (const place of this.#places.values()) if (place.uri.toString() === address || place.path === local) return place;
		return null;
	}

	/** @param lazily what the entries that did not change came to is not looked up again */
	#read(uri: vscode.Uri, lazily: boolean): string | null {
		const known = this.#placeOf(uri);
		// Made anew, it may be a link to elsewhere.
		const named = known?.scope === "user" ? known : (placeInWorkspace(uri, this.#services, this.#configs) ?? known);
		if (named === null) return null;
		const there = this.#places.get(named.path);
		const place = there?.scope === "user" ? there : named;
		if (known !== null && known.path !== place.path) this.#forget(known.path);
		this.#places.set(place.path, place);
		this.#readPlace(place, lazily ? (this.#sources.get(place.path) ?? null) : null);
		return place.path;
	}

	#forget(file: string): void {
		this.#places.delete(file);
		this.#sources.delete(file);
		this.#files.delete(file);
	}

	#readPlace(place: Place, before: Source | null): void {
		const known = this.#sources.get(place.path)?.document ?? null;
		const document = this.#attempt(place, () => readDocument(place, this.#configs, known));
		if (document === null) this.#sources.delete(place.path);
		else if (!document.ok) this.#sources.set(place.path, brokenSource(place, document.problem));
		else this.#judge(place, document.value, before);
	}

	#judge(place: Place, document: ConfigDocument, before: Source | null): void {
		const source = this.#attempt(place, () => ok(judgeSource(place, document, this.#services, this.#configs, before)));
		this.#sources.set(place.path, source.ok ? source.value : brokenSource(place, source.problem));
	}

	/** Whatever a file holds, the others are shown. */
	#attempt<T extends Result<unknown> | null>(place: Place, run: () => T): T | ReturnType<typeof fail> {
		try {
			return run();
		} catch (error) {
			this.#services.log.bug(`config file of ${place.host}`, error);
			return fail("bug", "Something went wrong in Sallyport.", "The log says where; please report it.");
		}
	}

	/** Hands on what the files hold now, so that each is judged by the others, too. */
	#tell(files: readonly { readonly place: Place; readonly document: ConfigDocument | null }[]): void {
		if (this.#isDiscovering) return;
		this.#configs.around.see(
			files.flatMap(({ place: { uri }, document }) => (document === null ? [] : [{ uri, path: uri.fsPath, document }])),
		);
	}

	/** The files of which more is known now than when they were judged. */
	#judgeAgain(): void {
		const stale = [...this.#sources].filter(
			([, { document, version }]) => document !== null && this.#configs.around.versionOf(document.file) !== version,
		);
		const changed = stale.flatMap(([file, source]) => {
			if (source.document !== null) this.#judge(source.place, source.document, source);
			const now = this.#sources.get(file);
			return now !== undefined && isSame(now, source) ? [] : [file];
		});
		this.#show(changed);
	}

	/** Builds files anew whose text alone may have changed. */
	#show(files: readonly string[]): void {
		const silently =
			this.#sources.size === this.#built.size && [...this.#sources].every(([file, source]) => isSame(source, this.#built.get(file)));
		if (files.length > 0) this.#build(files, { lazily: true, silently });
	}

	/**
	 * @param only the files that were read anew; null: what was granted, or what runs, may have changed for all
	 * @param how lazily: in those files, only what was written changed; silently: not even that, but for where it stands
	 */
	#build(only: readonly string[] | null, how: { readonly lazily: boolean; readonly silently: boolean } = EAGERLY): void {
		if (this.#disposed) return;
		const home = this.#services.home();
		const standing = {
			home,
			userHome: this.#services.userHome,
			policies: new Policies(home, this.#accepted),
			listings: this.#listings,
			live: this.#live,
		};
		const files = new Map<string, ConfigFile>();
		const byId = new Map<string, Server>();
		for (const file of this.#places.keys()) {
			const source = this.#sources.get(file);
			if (source === undefined) continue;
			const before = this.#files.get(file);
			const isRead = only === null || only.includes(file);
			const built = isRead || before === undefined ? buildFile(source, standing, how.lazily ? (before ?? null) : null) : before;
			files.set(file, built);
			for (const server of built.servers) byId.set(server.id, server);
		}
		this.#built = new Map(this.#sources);
		// Much that is watched changes without any meaning for the servers, and a view that is drawn anew loses its hover.
		if (only === null && isDeepStrictEqual(files, this.#files) && isDeepStrictEqual(this.#waiting, this.#shownWaiting)) return;
		this.#files = files;
		this.#shownWaiting = this.#waiting;
		this.#byId = byId;
		if (how.silently) return;
		setContext("sallyport.hasServers", byId.size > 0);
		this.#changed.fire();
	}

	#watchFiles(): void {
		const later = (uri: vscode.Uri): void => this.#readLater(uri);
		const all = (): void => void this.#again().catch((error: unknown) => this.#services.log.bug("look again", error));
		this.#watchFile(vscode.workspace.createFileSystemWatcher(WORKSPACE_GLOB), later);
		// Of a folder that comes or goes with all that is in it the editor tells the folder alone.
		const folders = vscode.workspace.createFileSystemWatcher("**/*", false, true, false);
		this.#watches.push(
			folders,
			folders.onDidCreate((uri) => this.#arrived(uri)),
			folders.onDidDelete((uri) => {
				for (const place of this.#places.values()) if (place.path.startsWith(`${uri.fsPath}${path.sep}`)) later(place.uri);
			}),
		);
		for (const { uri } of userPlaces(this.#services, this.#configs)) {
			const pattern = new vscode.RelativePattern(vscode.Uri.file(path.dirname(uri.fsPath)), path.basename(uri.fsPath));
			this.#watchFile(vscode.workspace.createFileSystemWatcher(pattern), later);
		}
		this.#watches.push(
			vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
				if (contentChanges.length > 0 && this.#configs.hostOf(document.uri) !== null)
					this.#readLater(document.uri, contentChanges.every(isTyped) ? TYPING_MS : SETTLE_MS);
			}),
			vscode.workspace.onDidSaveTextDocument(({ uri }) => {
				if (this.#configs.hostOf(uri) === null) return;
				this.#stale.set(uri.toString(), uri);
				this.#readStale();
			}),
			// What was typed and thrown away is gone with its document.
			vscode.workspace.onDidCloseTextDocument(({ uri }) => {
				if (this.#configs.hostOf(uri) !== null) later(uri);
			}),
			vscode.workspace.onDidChangeWorkspaceFolders(all),
			vscode.workspace.onDidGrantWorkspaceTrust(all),
			vscode.workspace.onDidChangeConfiguration((event) => {
				if (event.affectsConfiguration("sallyport.rules") || event.affectsConfiguration("sallyport.userFiles")) all();
			}),
			this.#live.onDidChange(() => this.#build(null)),
			this.#configs.around.onDidChange(() => {
				clearTimeout(this.#judging);
				this.#judging = setTimeout(() => this.#judgeAgain(), 0);
			}),
			this.#services.onDidSetUp(() => {
				this.#live.start();
				this.#policiesChanged();
			}),
		);
	}

	#watchFile(watcher: vscode.FileSystemWatcher, later: (uri: vscode.Uri) => void): void {
		this.#watches.push(watcher, watcher.onDidCreate(later), watcher.onDidChange(later), watcher.onDidDelete(later));
	}

	#arrived(folder: vscode.Uri): void {
		placesBelow(folder, this.#services, this.#configs).then(
			(found) => {
				for (const uri of found) {
					this.#readLater(uri);
					this.#watchArrived(uri);
				}
			},
			(error: unknown) => this.#services.log.bug("new folder", error),
		);
	}

	/** Of a folder that came with all that is in it, the editor's watcher may miss what happens deeper down. */
	#watchArrived(uri: vscode.Uri): void {
		if (this.#disposed || this.#arrivals.has(uri.fsPath) || this.#arrivals.size >= MOST_ARRIVALS) return;
		try {
			const watcher = fs.watch(path.dirname(uri.fsPath), { persistent: false }, () => this.#readLater(uri));
			const close = (): void => {
				watcher.close();
				this.#arrivals.delete(uri.fsPath);
			};
			watcher.on("error", close);
			this.#arrivals.set(uri.fsPath, close);
		} catch {
			// It is gone again, or too much is watched on this machine: the view can be refreshed.
		}
	}

	#readLater(uri: vscode.Uri, ms = SETTLE_MS): void {
		this.#stale.set(uri.toString(), uri);
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => this.#readStale(), ms);
	}

	#readStale(): void {
		clearTimeout(this.#timer);
		const files = [...this.#stale.values()].map((uri) => this.#read(uri, true)).filter((file) => file !== null);
		this.#stale.clear();
		this.#show(files);
		this.#tell([...this.#sources.values()]);
	}

	#policiesChanged(): void {
		this.#watchPolicies();
		this.regrant().catch((error: unknown) => this.#services.log.bug("policies", error));
	}

	/** What a person accepted is asked of the vault only where something stands in the files, or ever counted, and never for a workspace that is not trusted. */
	#askAccepted(): Promise<void> {
		this.#asking = this.#ask();
		return this.#asking;
	}

	async #ask(): Promise<void> {
		const home = this.#services.home();
		const asks = home.ok && this.#services.trusted && mayHold(home.value);
		const asked = ++this.#asked;
		const accepted = asks ? await readAccepted(home.value) : null;
		// A later question has a later answer.
		if (asked !== this.#asked) await this.#asking;
		else {
			this.#accepted = accepted;
			this.#waiting = home.ok && accepted?.ok === true ? waitingChanges(home.value, accepted.value) : null;
		}
	}

	/** Anew after each change: a folder that a policy will stand in may have been made just now. */
	#watchPolicies(): void {
		this.#policyWatch?.dispose();
		this.#policyWatch = null;
		if (this.#disposed) return;
		const home = this.#services.home();
		const folders = this.#services.workspaceFolders;
		const places = home.ok
			? [
					...[null, ...folders].flatMap((workspace) => policyPlaces(home.value, { workspace, narrowing: [] })),
					...acceptedPlaces(home.value),
					networkFile(home.value),
				]
			: [path.join(this.#services.homePath, "policy")];
		try {
			this.#policyWatch = watchPolicies(places, () => this.#policiesChanged());
		} catch {
			this.#services.log.warn("The policy files cannot be watched (too many watches on this machine?): refresh the view to see changes.");
		}
		// What the watch before had seen and not yet told is lost with it.
		this.#configs.severities.forget();
		this.#policies.fire();
	}
}

/** One after the other; where they are many, the editor's other work goes on in between. */
async function unhurried<T>(items: readonly T[], run: (item: T) => void): Promise<void> {
	let since = performance.now();
	for (const item of items) {
		run(item);
		if (performance.now() - since < 20) continue;
		await delay(0);
		since = performance.now();
	}
}

const EAGERLY = { lazily: false, silently: false };

/** One key, with the bracket or quote that the editor adds to it. */
function isTyped({ text, rangeLength }: vscode.TextDocumentContentChangeEvent): boolean {
	return text.length + rangeLength <= 2;
}

function isSame(now: Source, before: Source | undefined): boolean {
	return before !== undefined && (now === before || saysTheSame(now, before));
}

function setContext(key: ContextKey, value: boolean): void {
	void vscode.commands.executeCommand("setContext", key, value);
}
