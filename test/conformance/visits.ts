import type { Json } from "./child.ts";
import type { CallOptions, Host } from "./hosts.ts";

/** What one thing that a host did gave: what the SDK gave back, or what it threw. */
export interface Step {
	readonly did: string;
	readonly gave: unknown;
}

/** Everything that a host does with a server, in one go; what it heard meanwhile is the last step. */
export type Visit = (host: Host) => Promise<readonly Step[]>;

const UNKNOWN = "conformance-nothing-has-this-name";
/** The step that calls a tool which is not there. Prompts and resources are granted by pattern here, so the server itself answers for those. */
export const UNKNOWN_TOOL = "unknown tool";

class Diary {
	readonly steps: Step[] = [];

	async note(did: string, work: () => Promise<unknown>): Promise<void> {
		this.steps.push({ did, gave: await work().then(unvarying, failure) });
	}
}

function failure(error: unknown): unknown {
	const { name, code, message, data } = error as { name?: string; code?: unknown; message?: string; data?: unknown };
	return unvarying({ error: { name, code, message, data } });
}

/** Without what differs from run to run: the server everything writes the time into its texts, and into its bytes. */
function unvarying(value: unknown): unknown {
	const readable = (JSON.stringify(value) ?? "null").replaceAll(
		/"blob":"([^"]*)"/g,
		(_, blob: string) => `"blob":${JSON.stringify(Buffer.from(blob, "base64").toString("latin1"))}`,
	);
	return JSON.parse(readable.replaceAll(/\d{1,2}:\d{2}:\d{2}(?:.[AP]M)?/g, "TIME"));
}

/** The same in both eras. */
async function common(host: Host, diary: Diary): Promise<void> {
	await diary.note("connects", async () => host.about);
	await diary.note("lists tools", host.listTools);
	await diary.note("lists prompts", host.listPrompts);
	await diary.note("lists resources", host.listResources);
	await diary.note("lists templates", host.listResourceTemplates);
	await diary.note(UNKNOWN_TOOL, () => host.callTool(UNKNOWN, {}));
	await diary.note("unknown prompt", () => host.getPrompt(UNKNOWN, {}));
	await diary.note("unknown resource", () => host.readResource(`test://${UNKNOWN}`));
}

/** Calls a tool and notes the progress that it made. */
async function call(host: Host, diary: Diary, name: string, args: Json = {}, options: CallOptions = {}): Promise<void> {
	await diary.note(`calls ${name} ${JSON.stringify(args)}`, () => host.callTool(name, args, options));
}

/** Calls in which the SDK may miss all progress: it looks at an answer first, and on a busy machine both come in one packet. */
const TRIES = 10;

/** And notes the first step that it was told of. */
async function callWithProgress(host: Host, diary: Diary, name: string, args: Json): Promise<void> {
	const progress: unknown[] = [];
	for (let tries = 0; tries < TRIES && progress.length === 0; tries++)
		await host.callTool(name, args, { onprogress: (each) => progress.push(each) });
	await call(host, diary, name, args);
	await diary.note("progress", async () => progress[0]);
}

/** Calls it off as soon as it makes progress. */
async function cancel(host: Host, diary: Diary, name: string, args: Json): Promise<void> {
	await diary.note(`calls ${name} off`, async () => {
		for (let tries = 0; tries < TRIES; tries++) {
			const stop = new AbortController();
			await host.callTool(name, args, { onprogress: () => stop.abort("enough"), signal: stop.signal });
		}
	});
}

/** The server everything, with all that it has but what asks for the network or shows its own machine. */
export const visitEverything: Visit = async (host) => {
	const diary = new Diary();
	await common(host, diary);
	await call(host, diary, "echo", { message: 'héllo "wörld" \\ \u2028 😀\n' });
	await call(host, diary, "echo", {});
	await call(host, diary, "get-sum", { a: 0.1, b: 1e21 });
	await call(host, diary, "get-sum", { a: "one", b: 2 });
	await call(host, diary, "get-tiny-image");
	for (const messageType of ["error", "success", "debug"])
		await call(host, diary, "get-annotated-message", { messageType, includeImage: true });
	await call(host, diary, "get-structured-content", { location: "Chicago" });
	await call(host, diary, "get-resource-links", { count: 4 });
	await call(host, diary, "get-resource-reference", { resourceType: "Blob", resourceId: 2 });
	await call(host, diary, "get-roots-list");
	await call(host, diary, "trigger-sampling-request", { prompt: "What is a sallyport?", maxTokens: 20 });
	await call(host, diary, "trigger-elicitation-request");
	await callWithProgress(host, diary, "trigger-long-running-operation", { duration: 0.9, steps: 3 });
	await cancel(host, diary, "trigger-long-running-operation", { duration: 2, steps: 4 });
	await diary.note("simple prompt", () => host.getPrompt("simple-prompt", {}));
	await diary.note("prompt with arguments", () => host.getPrompt("args-prompt", { city: "Köln", state: "NRW" }));
	await diary.note("prompt without an argument that it needs", () => host.getPrompt("args-prompt", {}));
	await diary.note("prompt with a resource", () => host.getPrompt("resource-prompt", { resourceType: "Text", resourceId: "1" }));
	const prompt = { type: "ref/prompt", name: "completable-prompt" } as const;
	await diary.note("completes", () => host.complete(prompt, "department", "E"));
	await diary.note("completes by what is known", () => host.complete(prompt, "name", "A", { department: "Engineering" }));
	await diary.note("completes a template", () =>
		host.complete({ type: "ref/resource", uri: "demo://resource/dynamic/text/{resourceId}" }, "resourceId", "1"),
	);
	await diary.note("reads", () => host.readResource("demo://resource/static/document/features.md"));
	await diary.note("reads by a template", () => host.readResource("demo://resource/dynamic/text/3"));
	await diary.note("reads bytes", () => host.readResource("demo://resource/dynamic/blob/4"));
	await diary.note("reads what is no number", () => host.readResource("demo://resource/dynamic/text/x"));
	await diary.note("logs", host.setLoggingLevel);
	await diary.note("pings", host.ping);
	await diary.note("subscribes", () => host.subscribe("demo://resource/static/document/features.md"));
	await diary.note("unsubscribes", () => host.unsubscribe("demo://resource/static/document/features.md"));
	await until("the server has the host's folders", () => foldersRead(host) > 0);
	const before = foldersRead(host);
	await diary.note("has other folders", host.rootsChanged);
	await until("the server has the folders that changed", () => foldersRead(host) > before);
	return finish(host, diary);
};

/** What the server everything says once it has them. */
const UPDATED = "Roots updated";
const MOST_MS = 60_000;
const LOOK_MS = 10;

/** How often the server everything said that it has the host's folders. It asks for them some time after the start, and when they change. */
function foldersRead({ heard }: Host): number {
	return heard.filter((each) => JSON.stringify(each).includes(UPDATED)).length;
}

/** Ends with an error that says `what` was waited for, if it does not come. */
async function until(what: string, isSo: () => boolean): Promise<void> {
	for (let looks = MOST_MS / LOOK_MS; !isSo(); looks--) {
		if (looks <= 0) throw new Error(`waited ${MOST_MS / 1000} seconds for this: ${what}`);
		await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
	}
}

/** The fixture for the suite of the protocol, in either era. */
export const visitFixture: Visit = async (host) => {
	const diary = new Diary();
	await common(host, diary);
	const plain = [
		"simple_text",
		"image_content",
		"audio_content",
		"embedded_resource",
		"multiple_content_types",
		"error_handling",
		"tool_with_logging",
	];
	for (const name of plain) await call(host, diary, `test_${name}`);
	await callWithProgress(host, diary, "test_tool_with_progress", {});
	await call(host, diary, "json_schema_2020_12_tool", { name: "Ada", contactMethod: "email", email: "ada@example.org" });
	// In the older era the SDK turns what is required into questions to the host; in the stateless one the host comes again.
	for (const name of ["elicitation", "sampling", "list_roots", "request_state", "multiple_inputs", "multi_round", "capabilities"])
		await call(host, diary, `test_input_required_result_${name}`);
	await diary.note("prompt", () => host.getPrompt("test_prompt_with_arguments", { arg1: "a", arg2: "b" }));
	await diary.note("prompt that asks", () => host.getPrompt("test_input_required_result_prompt", {}));
	await diary.note("reads", () => host.readResource("test://static-binary"));
	await diary.note("reads by a template", () => host.readResource("test://template/7/data"));
	await diary.note("completes", () => host.complete({ type: "ref/prompt", name: "test_prompt_with_arguments" }, "arg1", "te"));
	if (host.listen !== null && host.about.version === "2026-07-28") await listen(host, host.listen, diary);
	else {
		await diary.note("logs", host.setLoggingLevel);
		await diary.note("pings", host.ping);
		await diary.note("subscribes", () => host.subscribe("test://watched-resource"));
		await call(host, diary, "test_trigger_tool_change");
		await call(host, diary, "test_trigger_prompt_change");
	}
	return finish(host, diary);
};

async function listen(host: Host, open: NonNullable<Host["listen"]>, diary: Diary): Promise<void> {
	const everything = {
		toolsListChanged: true,
		promptsListChanged: true,
		resourcesListChanged: true,
		resourceSubscriptions: ["test://watched-resource"],
	};
	const { honored, close } = await open(everything);
	await diary.note("listens", async () => honored);
	await call(host, diary, "test_trigger_tool_change");
	await call(host, diary, "test_trigger_prompt_change");
	await diary.note("lists tools anew", host.listTools);
	await close();
	await call(host, diary, "test_trigger_prompt_change");
}

/** How often a server asks for the host's folders depends on how busy the machine is: the same question, and the same word of it, count once. */
function withFoldersOnce(heard: readonly string[]): string[] {
	return heard.filter((each, index) => !isAboutFolders(each) || heard.indexOf(each) === index);
}

function isAboutFolders(heard: string): boolean {
	return heard === '["roots"]' || heard.includes(UPDATED);
}

/** What is heard has no order among what is answered. */
async function finish(host: Host, diary: Diary): Promise<readonly Step[]> {
	// An answer to a last question comes after all that was sent before it.
	await host.listTools();
	await diary.note("heard", async () => withFoldersOnce(host.heard.map((each) => JSON.stringify(each))).sort());
	await host.close();
	return diary.steps;
}
