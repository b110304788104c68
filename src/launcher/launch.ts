import type { Reached } from "../core/audit/record.ts";
import { type Retention, sessionShare } from "../core/audit/retention.ts";
import { ourCommand } from "../core/command-words.ts";
import { plain } from "../core/plain-text.ts";
import { DEFAULT_AUDIT_SETTINGS, heldAuditSettings } from "../core/policy/audit-settings.ts";
import type { Grant } from "../core/policy/layers.ts";
import { auditWaits, type OwnSettings } from "../core/policy/own-settings.ts";
import { fail, ok, type Problem, type Result } from "../core/result.ts";
import type { Accepted } from "../platform/acceptance/accepted.ts";
import { SETTINGS_WAIT } from "../platform/acceptance/held.ts";
import { accountName } from "../platform/account-name.ts";
import type { AuditLog } from "../platform/audit/writer.ts";
import { grantDigest } from "../platform/grant-digest.ts";
import { type Home, homePath, openHome } from "../platform/home.ts";
import { inflate } from "../platform/inflate.ts";
import type { ProvedFacts } from "../platform/launch/facts.ts";
import { profileOf } from "../platform/launch/profile.ts";
import { readLayers } from "../platform/policy-files.ts";
import type { BlockedPath } from "../platform/sandbox/blocked.ts";
import type { BubblewrapOptions } from "../platform/sandbox/bubblewrap.ts";
import type { Confined } from "../platform/sandbox/engine.ts";
import type { EgressRefusal } from "../platform/sandbox/proxy-reach.ts";
import { engineOf, orWeaker } from "../platform/sandbox/tiers.ts";
import { discardKeychain } from "../platform/vault/keychain-child.ts";
import { Approvals } from "./approvals.ts";
import type { RunArguments } from "./arguments.ts";
import type { ProvingSteps } from "./bare.ts";
import { BlockedPaths } from "./blocked-paths.ts";
import { confinement } from "./confinement.ts";
import { type GrantWatch, watchGrant } from "./grant-watch.ts";
import { type Checked, check, findPlace, lookUpGrant, type Place, plainEnvironment, resolveEnvironment, secretNames } from "./prepare.ts";
import { refusalRecord } from "./refusal-record.ts";
import { programName } from "./started-by.ts";
import { launcherVersion } from "./version.ts";

/**
 * One launch, from the first look at the home. What the server waits for stands here; everything that can wait is loaded while the
 * sandbox stands up, or while the server starts.
 */
export class Launch {
	readonly request: RunArguments;
	/** The program that started the launcher; null: not known. */
	readonly host = programName(process.ppid);
	/** How the log is kept: the strictest, until it is known what a person accepted. */
	#keeping = DEFAULT_AUDIT_SETTINGS;
	#home: Home | null = null;
	#approvals: Approvals | null = null;
	#audit: AuditLog | null = null;
	/** The secrets of the server, once they are resolved. */
	readonly #resolved: string[] = [];
	#secrets: readonly string[] = [];
	#redact: ((text: string) => string) | null = null;
	#watch: GrantWatch | null = null;
	#grant: Grant | null = null;
	#place: Place | null = null;
	/** What the files grant to this launch; null: nothing, or it was not looked up. */
	#asked: Grant | null = null;
	readonly #reached: Reached[] = [];
	#blocked: BlockedPaths | null = null;
	/** What was told to wait for a person. Empty: nothing. */
	readonly #waiting = new Set<string>();

	/** Told of a connection that was not granted, beside the person and the log. */
	onEgressRefused: (refusal: EgressRefusal) => void = () => {};
	/** Told of a path that the server could not use, beside the person and the log. */
	onPathBlocked: (blocked: BlockedPath) => void = () => {};

	constructor(request: RunArguments) {
		this.request = request;
	}

	/** Null: it was not found. */
	get home(): Home | null {
		return this.#home;
	}

	/** Null: the server is not confined. */
	get blocked(): BlockedPaths | null {
		return this.#blocked;
	}

	/** Null: it could not be opened. */
	get audit(): AuditLog | null {
		return this.#audit;
	}

	/** Where the host says that it works; null: it was not found. */
	get place(): Place | null {
		return this.#place;
	}

	/** What was last known to be accepted; null: nothing is known. */
	get accepted(): Accepted | null {
		return this.#approvals?.known ?? null;
	}

	/** What log and wire keep out: the secrets of the server, and what in one is a secret by itself. Empty before `loadRedaction`. */
	get secrets(): readonly string[] {
		return this.#secrets;
	}

	/** How long logs are kept. */
	get retention(): Retention {
		return this.#keeping.retention;
	}

	/** Where the server was, by what the proxy has told so far. Empty: nowhere. */
	get reached(): readonly Reached[] {
		return this.#reached;
	}

	/** Starts the server, or says why not. */
	async start(): Promise<Result<Started>> {
		const home = openHome(homePath(process.env));
		if (!home.ok) return home;
		this.#home = home.value;
		const place = findPlace(this.request, home.value, process.env, process.cwd());
		if (!place.ok) return place;
		this.#place = place.value;
		const asked = await lookUpGrant(this.request, home.value, place.value, null);
		if (!asked.ok) return asked;
		this.#asked = asked.value;
		const approvals = new Approvals(home.value);
		this.#approvals = approvals;
		const look = async (): Promise<Result<Grant>> => {
			const accepted = await approvals.first();
			if (accepted.ok) this.#keepLog(home.value, accepted.value.settings);
			return accepted.ok ? lookUpGrant(this.request, home.value, place.value, accepted.value, this.#tellWaiting) : accepted;
		};
		// The vault takes as long to say what was accepted as a sandbox takes to stand up. Nothing of the server runs before both are there.
		const ahead = canStandAhead(asked.value) ? await this.#standUp(asked.value, home.value, place.value, approvals, look) : null;
		const confined = ahead?.ok === true ? ahead : await this.#standUpAgain(asked.value, ahead, home.value, place.value, approvals, look);
		if (!confined.ok) return confined;
		const [grant, watch, audit] = [this.#grant, this.#watch, this.#audit];
		if (grant === null || watch === null || audit === null) throw new Error("a sandbox that did not wait for its launcher");
		return ok({ grant, watch, audit, home: home.value, confined: confined.value });
	}

	/**
	 * With what a person accepted, where the files ask for something else; and where nothing may stand ahead.
	 *
	 * @param ahead why no sandbox stands; null: none was tried
	 */
	async #standUpAgain(
		asked: Grant,
		ahead: Result<Confined> | null,
		home: Home,
		place: Place,
		approvals: Approvals,
		look: () => Promise<Result<Grant>>,
	): Promise<Result<Confined>> {
		const found = await look();
		if (!found.ok) return found;
		if (ahead !== null && confinement(found.value) === confinement(asked)) return ahead;
		return this.#standUp(found.value, home, place, approvals, look);
	}

	/** Confines the server, and lets it run only if what it is granted is what a person accepted. */
	async #standUp(
		found: Grant,
		home: Home,
		place: Place,
		approvals: Approvals,
		look: () => Promise<Result<Grant>>,
	): Promise<Result<Confined>> {
		const checked = await check(found, home, process.env);
		if (!checked.ok) return checked;
		const plain = await plainEnvironment(checked.value, process.env);
		if (!plain.ok) return plain;
		const verified = async (): Promise<Result<ProvedFacts>> => {
			const accepted = await look();
			if (!accepted.ok) return accepted;
			if (confinement(accepted.value) !== confinement(found)) return grantChanged;
			return checked.value.prove(approvals.known?.code ?? null);
		};
		let verifying: Promise<Result<ProvedFacts>> | undefined;
		const verify = () => (verifying ??= verified());
		let resolving: Promise<Result<Readonly<Record<string, string>>>> | undefined;
		const resolve = async (): Promise<Result<Readonly<Record<string, string>>>> => {
			// Both are asked for at once; what the one answers is used only if the other says that it may be.
			const [may, secrets] = await Promise.all([verify(), this.#secretValues(checked.value, home, approvals)]);
			approvals.close();
			if (!may.ok) return may;
			if (!secrets.ok) return secrets;
			// What was asked for and not accepted is none of this server's secrets: the host may not send it those either.
			this.#resolved.push(...secrets.value.secrets);
			return ok(secrets.value.env);
		};
		const values = () => (resolving ??= resolve());
		return this.#confine(checked.value, plain.value, home, approvals, {
			environment: { names: secretNames(checked.value), values },
			// A vault answers while the sandbox stands up, which has to be told first what it is.
			meanwhile: async () => {
				void values();
				const audit = await this.#openAudit(home);
				if (!audit.ok) return audit;
				const may = await verify();
				const ready = may.ok ? await this.#prepare(found, home, place, approvals) : may;
				return ready.ok ? may : ready;
			},
		});
	}

	/** Opens the audit log, if it is not open. A failure says why there is none. */
	openAudit(): Promise<Result<AuditLog>> {
		return this.#home === null ? Promise.resolve(noHome) : this.#openAudit(this.#home);
	}

	/** Loads what takes secrets out of text. Nothing foreign may be recorded before. */
	async loadRedaction(): Promise<(text: string) => string> {
		const [{ textRedactor }, { withInnerSecrets, withHostNames }] = await Promise.all([
			import("../core/secrets/redact.ts"),
			import("../core/secrets/inner-secrets.ts"),
		]);
		if (this.#redact !== null) return this.#redact;
		this.#secrets = withInnerSecrets(this.#resolved);
		this.#redact = textRedactor(withHostNames(this.#secrets), inflate);
		return this.#redact;
	}

	async #openAudit(home: Home): Promise<Result<AuditLog>> {
		if (this.#audit !== null) return ok(this.#audit);
		const { openAuditLog } = await import("../platform/audit/writer.ts");
		if (this.#keeping === DEFAULT_AUDIT_SETTINGS) this.#keepLog(home, null);
		const audit = openAuditLog(home, {
			classes: () => this.#keeping.classes,
			onFailure: () => this.#keeping.onFailure,
			most: () => sessionShare(this.#keeping.retention),
			server: this.request.name,
			host: this.host,
			user: accountName(),
			launcher: launcherVersion,
			policy: this.#asked === null ? null : grantDigest(this.#asked),
			clock: () => new Date(),
			redact: (text) => {
				if (this.#redact === null) throw new Error("something foreign is recorded before it can be redacted");
				return this.#redact(text);
			},
		});
		if (audit.ok) this.#audit = audit.value;
		return audit;
	}

	/**
	 * Where no policy can be read, nothing starts, and what is said of that is kept as is usual.
	 *
	 * @param accepted null: not known yet
	 */
	#keepLog(home: Home, accepted: OwnSettings | null): void {
		const layers = this.#place === null ? null : readLayers(home, this.#place.sources, this.accepted);
		if (layers?.ok !== true) return;
		this.#keeping = heldAuditSettings(layers.value, accepted?.audit);
		if (accepted !== null && auditWaits(layers.value, accepted)) this.#tellWaiting(SETTINGS_WAIT);
	}

	async #secretValues(checked: Checked, home: Home, approvals: Approvals): ReturnType<typeof resolveEnvironment> {
		const resolved = await resolveEnvironment(checked, home, process.env, approvals.service);
		discardKeychain();
		return resolved;
	}

	/** From here on the policy is watched; what it said before the watch was there is looked up again, so that no change falls in between. */
	async #prepare(started: Grant, home: Home, place: Place, approvals: Approvals): Promise<Result<void>> {
		const watch = watchGrant(this.request, home, place, approvals, this.#tellWaiting);
		if (!watch.ok) return watch;
		this.#watch = watch.value;
		const now = await lookUpGrant(this.request, home, place, approvals.known);
		if (!now.ok) return now;
		if (confinement(now.value) !== confinement(started)) return grantChanged;
		this.#grant = now.value;
		return ok(undefined);
	}

	async #confine(
		{ grant, unproved }: Checked,
		env: Readonly<Record<string, string>>,
		home: Home,
		approvals: Approvals,
		steps: ProvingSteps,
	): Promise<Result<Confined>> {
		const { sandbox } = grant;
		if (sandbox === "off") return (await import("./bare.ts")).startBare(grant, env, steps);
		if (process.platform !== "linux")
			return fail("sandbox-unsupported", "Sallyport cannot confine servers on this system yet.", "Use Linux, or a Linux container or WSL.");
		const options: BubblewrapOptions = {
			sallyportHome: home.path,
			network: async () => (await import("../platform/network.ts")).openNetwork(home, () => approvals.first()),
			onEgressRefused: (refusal) => void this.#egressRefused(grant.name, refusal),
			onEgressUsed: ({ target, connections, sent, received }) => {
				this.#reached.push({ target, connections, sent, received });
				this.#audit?.append({
					request: null,
					direction: "launcher",
					method: null,
					tool: null,
					decision: "allow",
					reason: "egress",
					outcome: "forwarded",
					arguments: { target, connections, sent, received },
				});
			},
			onWriteKeptBack: (path, reason) => this.#blocked?.blocked({ path, access: "write", reason }),
			onFolderLost: (path) => this.#blocked?.blocked({ path, access: "write", reason: "lost" }),
			onAppeared: (path) => this.#blocked?.blocked({ path, access: "read", reason: "appeared" }),
		};
		const profile = profileOf({ ...grant, sandbox }, unproved, env, home);
		this.#blocked = new BlockedPaths({
			server: grant.name,
			profile,
			engine: options,
			ready: () => this.loadRedaction(),
			say: (text) => process.stderr.write(`sallyport: ${plain(grant.name)}: ${this.#redact?.(text)}\n`),
			onBlocked: (blocked) => this.#pathBlocked(blocked),
			onNoNetwork: (target) => this.#noNetwork(grant.name, target),
		});
		return orWeaker(await (await engineOf(sandbox, options)).start(profile, steps), grant.name);
	}

	/** Once for each thing that waits, however often the files are read. */
	readonly #tellWaiting = ({ message, remedy }: Problem): void => {
		if (this.#waiting.has(message)) return;
		this.#waiting.add(message);
		process.stderr.write(`sallyport: ${plain(this.request.name)}: ${plain(`${message} ${remedy}`)}\n`);
	};

	#pathBlocked(blocked: BlockedPath): void {
		const { path, access, reason } = blocked;
		this.#audit?.append(refusalRecord(`path-${reason}`, { access, path }));
		this.onPathBlocked(blocked);
	}

	/** A server without a network says that it wants one. Where it names no place there is no line that would allow it. */
	#noNetwork(server: string, target: string): void {
		if (target !== "") {
			void this.#egressRefused(server, { target, reason: "not-granted" });
			return;
		}
		process.stderr.write(
			`sallyport: ${plain(server)}: it tried to reach a host, and has no network. If it should: ${ourCommand("allow", [server], [["--egress", "HOST:PORT"]])}\n`,
		);
		this.#audit?.append(refusalRecord("egress-no-network", { target: "a host that it does not name" }));
	}

	/** A connection that was not granted: one line for the person, with what would allow it, and one record. A host's name can be a secret. */
	async #egressRefused(server: string, refusal: EgressRefusal): Promise<void> {
		const redact = await this.loadRedaction();
		const { target, reason } = refusal;
		const remedy = reason === "not-granted" ? ` If it should: ${ourCommand("allow", [server], [["--egress", target]])}` : "";
		const said = `it tried to reach ${target}, which was refused (${reason}).${remedy}`;
		process.stderr.write(`sallyport: ${plain(server)}: ${plain(redact(said))}\n`);
		this.#audit?.append(refusalRecord(`egress-${reason}`, { target }));
		this.onEgressRefused(refusal);
	}
}

/** A server that runs, whatever it is. */
export interface Started {
	readonly grant: Grant;
	readonly watch: GrantWatch;
	readonly audit: AuditLog;
	readonly home: Home;
	readonly confined: Confined;
}

/** A sandbox may stand before it is known that all of it was accepted, unless something outside were touched by that. */
function canStandAhead({ sandbox }: Grant): boolean {
	return sandbox !== "off" && sandbox.write.length === 0;
}

const grantChanged = fail("grant-changed", "What the server may do was changed while it started.", "Start it again in the host.");

const noHome: Result<never> = {
	ok: false,
	problem: { code: "no-home", message: "There is no Sallyport home.", remedy: "Run: sallyport init" } satisfies Problem,
};
