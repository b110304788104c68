import { isDeepStrictEqual } from "node:util";
import * as vscode from "vscode";
import type { PolicyLayer } from "../../core/policy/layers.ts";
import type { OwnSettings } from "../../core/policy/own-settings.ts";
import { ruleSettings } from "../../core/policy/rule-settings.ts";
import type { RuleSeverity } from "../../core/policy/schema.ts";
import type { AnalysisContext, Severity } from "../../core/rules/finding.ts";
import { RULES } from "../../core/rules/index.ts";
import { acceptedSettings, withForbidden } from "../../platform/acceptance/own-settings.ts";
import { readLayers } from "../../platform/policy-files.ts";
import type { Services } from "../services.ts";
import { workspaceOf } from "./workspace-of.ts";

/**
 * How serious each rule is for a file, as `sallyport scan` has it: the person's own policy, on top of it the setting `sallyport.rules`, and
 * an administrator's and the workspace's policies, which can only raise. What a workspace's settings and policy say counts for its own
 * files alone, and the policy only once it is trusted: a repository must not hide what is unsafe in the person's, nor by a link to them.
 */
export class Severities {
	readonly #services: Services;
	/** By the folder whose policy counts, "" for none. */
	readonly #layers = new Map<string, readonly PolicyLayer[]>();
	readonly #noted = new Set<string>();
	readonly #changed = new vscode.EventEmitter<void>();
	/** What a person accepted of their own files' settings. Nothing, until it is known: then no rule is lowered. */
	#accepted: OwnSettings = {};
	#asked = 0;

	/** Told when it has become known what a person accepted. */
	readonly onDidChange = this.#changed.event;

	constructor(services: Services) {
		this.#services = services;
	}

	dispose(): void {
		this.#asked = Number.POSITIVE_INFINITY;
		this.#changed.dispose();
	}

	/** Each rule's severity, and the policies that forbid servers; left out what there is none of. */
	of(uri: vscode.Uri): Pick<AnalysisContext, "severities" | "forbids"> {
		// Not before a file is looked at: the start touches nothing.
		if (this.#asked === 0) this.#ask();
		const settings = vscode.workspace.getConfiguration("sallyport", uri);
		const workspace = workspaceOf(uri);
		const set = parseSeverities(workspace === null ? settings.inspect("rules")?.globalValue : settings.get("rules"));
		const layers = this.#layersFor(this.#services.trusted && workspace?.folder != null ? workspace.folder : null);
		const says = layers.some(({ policy }) => policy.rules !== undefined || policy.forbid !== undefined);
		if (!says && this.#accepted.rules === undefined) return { severities: set };
		// A policy has no hints. One is the least that is left of a rule, which another layer raises as it raises one that is off.
		const named = new Map([...set].map(([rule, severity]): [string, RuleSeverity] => [rule, severity === "hint" ? "off" : severity]));
		const { severities, forbids, notes } = ruleSettings(layers, named, RULES, this.#accepted.rules ?? {});
		for (const note of notes) this.#noteOnce(note);
		return {
			severities: new Map(
				[...severities].map(([rule, severity]) => [rule, severity === "off" && set.get(rule) === "hint" ? "hint" : severity] as const),
			),
			...(forbids.length === 0 ? {} : { forbids }),
		};
	}

	/** The policies are read again when they are asked for next. */
	forget(): void {
		this.#layers.clear();
		if (this.#asked > 0) this.#ask();
	}

	/** Nobody is asked to open a keychain for it, and none is asked for a workspace that is not trusted. */
	#ask(): void {
		const asked = ++this.#asked;
		const home = this.#services.home();
		const layers = home.ok && this.#services.trusted ? readLayers(home.value, { workspace: null, narrowing: [] }) : null;
		if (!home.ok || layers?.ok !== true) return;
		acceptedSettings(home.value, layers.value).then(
			(accepted) => {
				// A later question has a later answer.
				if (asked !== this.#asked || isDeepStrictEqual(accepted, this.#accepted)) return;
				this.#accepted = accepted;
				this.#layers.clear();
				this.#changed.fire();
			},
			(error: unknown) => this.#services.log.bug("settings", error),
		);
	}

	/** None where one of them cannot be read, which the log tells: a broken file must not hide anything. */
	#layersFor(workspace: string | null): readonly PolicyLayer[] {
		const known = this.#layers.get(workspace ?? "");
		if (known !== undefined) return known;
		const home = this.#services.home();
		const read = readLayers(home.ok ? home.value : null, { workspace, narrowing: [] });
		if (!read.ok) this.#noteOnce(`${read.problem.message} ${read.problem.remedy}`);
		const layers = read.ok ? withForbidden(read.value, this.#accepted) : [];
		this.#layers.set(workspace ?? "", layers);
		return layers;
	}

	#noteOnce(note: string): void {
		if (this.#noted.has(note)) return;
		this.#noted.add(note);
		this.#services.log.warn(note);
	}
}

const SEVERITIES: ReadonlySet<unknown> = new Set(["error", "warning", "info", "hint", "off"]);

function isSeverity(value: unknown): value is Severity | "off" {
	return SEVERITIES.has(value);
}

/** The setting is anybody's text: what is no known rule with a known severity is left out. */
function parseSeverities(settings: unknown): ReadonlyMap<string, Severity | "off"> {
	const severities = new Map<string, Severity | "off">();
	if (typeof settings !== "object" || settings === null) return severities;
	for (const [rule, severity] of Object.entries(settings))
		if (isSeverity(severity) && RULES.some(({ id }) => id === rule)) severities.set(rule, severity);
	return severities;
}
