import { expect, test } from "vitest";
import { toolRisk } from "../../../src/core/rules/tools/tool-risk.ts";

const judged = (risk: string, names: string): void => {
	for (const name of names.trim().split(/\s+/)) expect([name, toolRisk(name)]).toEqual([name, risk]);
};

test("tools that write, delete, run or send are told by their names, in every way of writing them", () => {
	judged(
		"changes",
		"push_files pushFiles push-files delete_issue github.delete_issue mergePullRequest execute_sql exec shell run_command runTerminalCommand write_file write-file edit_file create_or_update_file send_message deploy-site drop_table get_or_delete revoke_token kill_process browser_evaluate_and_run_code",
	);
});

test("tools that do something milder are told apart", () => {
	judged(
		"acts",
		"create_issue update_issue add_comment browser_navigate browser_click fetch set_context create_entities delete_entities write_memory run_tests edit_image open_page manage-hook manageForm fork_repository",
	);
});

test("what is read is read, whatever it is about", () => {
	judged(
		"reads",
		"get_issue list_commits search_updates get_deploy_status get_write_log listDeletedItems check_merge_conflicts describe_run read_file query resolve-library-id sequentialthinking count_pushes list_forks get_manager",
	);
});
