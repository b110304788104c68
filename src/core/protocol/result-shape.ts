import { type JsonObject, lookalikesOf } from "./message.ts";

/** Members of a result that decide something. A result with one that differs from these in case alone is refused. */
export const hasAlikeResult = lookalikesOf([
	"tools",
	"prompts",
	"resources",
	"resourceTemplates",
	"resultType",
	"inputRequests",
	"requestState",
	"nextCursor",
	"capabilities",
	"_meta",
]);

/** Absent in the older era. Any other word than `complete` asks the host for something. */
export function isComplete(result: JsonObject): boolean {
	return result.resultType === undefined || result.resultType === "complete";
}
