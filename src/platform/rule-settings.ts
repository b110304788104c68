import { type RuleSettings, ruleSettings, type SettableRule } from "../core/policy/rule-settings.ts";
import type { RuleSeverity } from "../core/policy/schema.ts";
import { ok, type Result } from "../core/result.ts";
import { homePath, openHome } from "./home.ts";
import { readLayers } from "./policy-files.ts";

/**
 * How serious each rule is in a workspace, by the policies of the administrator, the person and the workspace. A machine without a
 * Sallyport home has no policy of the person's.
 *
 * @param workspace absolute; where the workspace's policy would be
 * @param named on the command line
 */
export function ruleSettingsFor(
	workspace: string,
	env: Readonly<Record<string, string | undefined>>,
	named: ReadonlyMap<string, RuleSeverity>,
	rules: readonly SettableRule[],
): Result<RuleSettings> {
	const home = openHome(homePath(env));
	if (!home.ok && home.problem.code !== "no-home") return home;
	const layers = readLayers(home.ok ? home.value : null, { workspace, narrowing: [] });
	return layers.ok ? ok(ruleSettings(layers.value, named, rules)) : layers;
}
