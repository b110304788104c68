import { type RuleSettings, ruleSettings, type SettableRule } from "../core/policy/rule-settings.ts";
import type { RuleSeverity } from "../core/policy/schema.ts";
import { ok, type Result } from "../core/result.ts";
import { acceptedSettings, withForbidden } from "./acceptance/own-settings.ts";
import { homePath, openHome } from "./home.ts";
import { readLayers } from "./policy-files.ts";

/**
 * How serious each rule is in a workspace, by the policies of the administrator, the person and the workspace. A machine without a
 * Sallyport home has no policy of the person's. Nobody is asked to open a keychain for it: while that is closed, no rule is lowered.
 *
 * @param workspace absolute; where the workspace's policy would be
 * @param named on the command line
 */
export async function ruleSettingsFor(
	workspace: string,
	env: Readonly<Record<string, string | undefined>>,
	named: ReadonlyMap<string, RuleSeverity>,
	rules: readonly SettableRule[],
): Promise<Result<RuleSettings>> {
	const home = openHome(homePath(env));
	if (!home.ok && home.problem.code !== "no-home") return home;
	const layers = readLayers(home.ok ? home.value : null, { workspace, narrowing: [] });
	if (!layers.ok) return layers;
	const accepted = home.ok ? await acceptedSettings(home.value, layers.value) : {};
	return ok(ruleSettings(withForbidden(layers.value, accepted), named, rules, accepted.rules ?? {}));
}
