import { isObject, type JsonObject, lookalikesOf } from "./message.ts";
import { Meta } from "./meta.ts";

/** Members that decide something. One that differs from these in case alone would be read by some programs. */
const hasAlikeParams = lookalikesOf([
	"name",
	"uri",
	"ref",
	"arguments",
	"_meta",
	"cursor",
	"task",
	"inputResponses",
	"requestState",
	"notifications",
	"capabilities",
	"protocolVersion",
	"requestId",
	"progressToken",
]);
const hasAlikeMeta = lookalikesOf(Object.values(Meta));

/** False when some program could find other parameters in these. */
export function isUnambiguous(params: JsonObject = {}): boolean {
	const meta = params._meta ?? {};
	return !hasAlikeParams(params) && isObject(meta) && !hasAlikeMeta(meta);
}
