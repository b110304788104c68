import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { HOSTS } from "../../src/core/config/hosts.ts";
import { RULES } from "../../src/core/rules/index.ts";
import { ACTIVITY_VIEW, COMMANDS, CONTEXT_KEYS, type Settings, VIEW, WALKTHROUGH } from "../../src/editor/contributions.ts";

const ROOT = path.resolve(import.meta.dirname, "..", "..");

const Menu = z.object({ command: z.string(), when: z.optional(z.string()), group: z.optional(z.string()) });
const Setting = z.looseObject({ order: z.number(), markdownDescription: z.string(), scope: z.string() });
const Manifest = z.looseObject({
	main: z.string(),
	icon: z.string(),
	activationEvents: z.array(z.string()),
	extensionKind: z.array(z.string()),
	capabilities: z.object({
		untrustedWorkspaces: z.object({
			supported: z.literal("limited"),
			description: z.string(),
			restrictedConfigurations: z.array(z.string()),
		}),
		virtualWorkspaces: z.object({ supported: z.literal("limited"), description: z.string() }),
	}),
	contributes: z.object({
		viewsContainers: z.object({ activitybar: z.array(z.object({ id: z.string(), title: z.string(), icon: z.string() })) }),
		views: z.record(z.string(), z.array(z.object({ id: z.string(), name: z.string(), icon: z.string(), contextualTitle: z.string() }))),
		viewsWelcome: z.array(z.object({ view: z.string(), when: z.string(), contents: z.string() })),
		commands: z.array(
			z.object({
				command: z.string(),
				title: z.string(),
				category: z.literal("Sallyport"),
				icon: z.optional(z.string()),
				enablement: z.optional(z.string()),
			}),
		),
		menus: z.record(z.string(), z.array(Menu)),
		configuration: z.object({ title: z.string(), properties: z.record(z.string(), Setting) }),
		configurationDefaults: z.record(z.string(), z.unknown()),
		languages: z.array(z.object({ id: z.string(), aliases: z.array(z.string()), filenamePatterns: z.array(z.string()) })),
		jsonValidation: z.array(z.object({ fileMatch: z.array(z.string()), url: z.string() })),
		walkthroughs: z.array(
			z.object({
				id: z.string(),
				title: z.string(),
				description: z.string(),
				steps: z.array(
					z.object({
						id: z.string(),
						title: z.string(),
						description: z.string(),
						media: z.object({ markdown: z.string() }),
						completionEvents: z.array(z.string()),
					}),
				),
			}),
		),
	}),
});
const manifest = Manifest.parse(JSON.parse(fs.readFileSync(path.join(ROOT, "package.json"), "utf8")));
const { contributes } = manifest;

/** Commands that make no sense without what they are about: a row, a finding, an entry, a view that is open. */
const CONTEXTUAL: ReadonlySet<string> = new Set(
	[
		...["openServer", "listTools", "allowTools", "allowReadingTools", "denyTools", "showDefinition", "showDrift"],
		...["approve", "allowPath", "allowHost", "listExtras", "allowExtras", "denyExtras", "takeAway", "revoke"],
		...["showDecision", "allowRefused", "copyRecord", "showLogFile", "pauseActivity", "resumeActivity", "clearActivity"],
		...["groupActivity", "listActivity", "showRefusedOnly", "showAllActivity"],
		...["secure", "wrap", "unwrap", "moveSecret", "pinVersion", "mendText", "mendAlike", "ignore", "showRule"],
	].map((name) => `sallyport.${name}`),
);

/** Changes a file, a vault, a policy, or starts a program. */
const CHANGING = COMMANDS.filter(
	(id) =>
		!/\.(?:refresh|filter|openServer|showDefinition|showDrift|showRule|showLog|checkMachine|openWalkthrough|openQuickstart|reviewRefusals|showDecision|copyRecord|showLogFile|\w+Activity|showRefusedOnly)$/.test(
			id,
		),
);

/** What VS Code itself gives to `when` clauses and contributes as commands. */
const BUILT_IN_KEYS =
	/^(?:view|viewItem|isWorkspaceTrusted|virtualWorkspace|workspaceFolderCount|editorIsOpen|resourceScheme|resourceFilename)$/;
const BUILT_IN_COMMANDS = /^(?:workbench\.|vscode\.|sallyport\.(?:servers|activity)\.focus$)/;
const VIEWS = [VIEW, ACTIVITY_VIEW];

function keysOf(when: string): readonly string[] {
	return when
		.replace(/\/(?:[^/\\]|\\.)*\//g, "")
		.split(/&&|\|\|/)
		.map((clause) => clause.trim().replace(/^!/, ""))
		.map((clause) => /^[\w.]+/.exec(clause)?.[0] ?? clause)
		.filter((key) => key !== "false");
}

function commandLinks(text: string): readonly string[] {
	return [...text.matchAll(/\(command:(?:toSide:)?([\w.]+)/g)].map((match) => match[1] ?? "");
}

function isKnownCommand(id: string): boolean {
	return COMMANDS.some((command) => command === id) || BUILT_IN_COMMANDS.test(id);
}

describe("commands", () => {
	it("are those that the code registers, no more and no fewer", () => {
		expect(contributes.commands.map(({ command }) => command).sort()).toEqual([...COMMANDS].sort());
	});

	it("have a title of their own in title case, and the category in its own place", () => {
		const titles = contributes.commands.map(({ title }) => title);
		expect(new Set(titles).size).toBe(titles.length);
		for (const title of titles) {
			expect(title, title).toMatch(/^[A-Z]\S*(?: \S+)*$/);
			expect(title, title).not.toMatch(/Sallyport:/);
		}
	});

	it("change nothing in a workspace that is not trusted", () => {
		const guarded = contributes.commands
			.filter(({ enablement }) => enablement?.includes("isWorkspaceTrusted") === true)
			.map(({ command }) => command);
		expect([...guarded].sort()).toEqual([...CHANGING].sort());
	});

	it("are hidden from the palette where they need something to be about", () => {
		const hidden = (contributes.menus.commandPalette ?? []).filter(({ when }) => when === "false").map(({ command }) => command);
		expect([...hidden].sort()).toEqual([...CONTEXTUAL].sort());
	});
});

describe("menus", () => {
	const items = Object.entries(contributes.menus).flatMap(([menu, entries]) => entries.map((item) => ({ menu, ...item })));

	it.each(items)("$menu: $command is a command, under conditions that exist", ({ command, when, menu, group }) => {
		expect(isKnownCommand(command)).toBe(true);
		for (const key of keysOf(when ?? "")) expect(BUILT_IN_KEYS.test(key) || isContextKey(key), key).toBe(true);
		if (menu.startsWith("view/")) {
			expect(VIEWS.some((view) => when?.startsWith(`view == ${view}`))).toBe(true);
			expect(group).toMatch(/^(?:inline|navigation|\d_\w+)@\d$/);
		}
	});

	it("name no command twice at one place", () => {
		const seen = items.map(({ menu, command, when, group }) => [menu, command, when, group?.split("@")[0]].join(" "));
		expect(new Set(seen).size).toBe(seen.length);
	});
});

function isContextKey(key: string): boolean {
	return CONTEXT_KEYS.some((known) => known === key);
}

describe("settings", () => {
	const settings = contributes.configuration.properties;

	it("are those that the code reads", () => {
		// The compiler holds this list and the type together.
		const read: Record<keyof Settings, true> = { rules: true, vault: true, codeLens: true, userFiles: true, notifications: true };
		expect(Object.keys(settings).sort()).toEqual(
			Object.keys(read)
				.map((name) => `sallyport.${name}`)
				.sort(),
		);
	});

	it("come in an order, and say what they do", () => {
		const orders = Object.values(settings).map(({ order }) => order);
		expect(orders).toEqual(orders.map((_, i) => i + 1));
		for (const { markdownDescription } of Object.values(settings)) {
			expect(markdownDescription).toMatch(/^[A-Z].*[.)]$/);
			for (const command of commandLinks(markdownDescription)) expect(isKnownCommand(command), command).toBe(true);
		}
	});

	it("have every rule with its title and the severities that there are", () => {
		const { properties } = z
			.looseObject({
				properties: z.record(z.string(), z.object({ type: z.literal("string"), enum: z.array(z.string()), description: z.string() })),
			})
			.parse(settings["sallyport.rules"]);
		expect(Object.keys(properties)).toEqual(RULES.map(({ id }) => id));
		for (const { id, title, defaultSeverity } of RULES) {
			expect(properties[id]?.description).toBe(`${title}. Its own severity: ${defaultSeverity}.`);
			expect(properties[id]?.enum).toEqual(["error", "warning", "info", "hint", "off"]);
		}
	});

	it("of what a workspace may say stay out of force until it is trusted", () => {
		expect(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations).toEqual(["sallyport.rules"]);
		for (const [name, { scope }] of Object.entries(settings))
			if (!["sallyport.rules", "sallyport.codeLens"].includes(name)) expect(scope, name).toBe("machine");
	});
});

describe("the views", () => {
	it("are two, in one container, with names of the field", () => {
		expect(contributes.viewsContainers.activitybar.map(({ id }) => id)).toEqual(["sallyport"]);
		expect(Object.entries(contributes.views).map(([id, views]) => [id, views.map((view) => [view.id, view.name])])).toEqual([
			[
				"sallyport",
				[
					[VIEW, "MCP Servers"],
					[ACTIVITY_VIEW, "Activity"],
				],
			],
		]);
	});

	it.each(contributes.viewsWelcome)("say something where they are empty: $when", ({ view, when, contents }) => {
		expect(VIEWS).toContain(view);
		for (const key of keysOf(when)) expect(BUILT_IN_KEYS.test(key) || isContextKey(key), key).toBe(true);
		for (const command of commandLinks(contents)) expect(isKnownCommand(command), command).toBe(true);
	});
});

describe("the walkthrough", () => {
	it("has five steps, each with a page, commands that exist and an end that comes", () => {
		expect(contributes.walkthroughs.map(({ id }) => id)).toEqual([WALKTHROUGH]);
		const steps = contributes.walkthroughs[0]?.steps ?? [];
		expect(steps).toHaveLength(5);
		for (const { description, completionEvents } of steps) {
			for (const command of commandLinks(description)) expect(isKnownCommand(command), command).toBe(true);
			expect(completionEvents.length).toBeGreaterThan(0);
			for (const event of completionEvents) expect(isContextKey(event.replace(/^onContext:/, "")), event).toBe(true);
		}
	});
});

describe("the package", () => {
	it("starts for files in the hosts' formats and workspaces with servers, never always", () => {
		expect(manifest.activationEvents).not.toContain("*");
		for (const event of manifest.activationEvents)
			expect(event).toMatch(/^(?:onLanguage:(?:jsonc?|toml|yaml)$|onWalkthrough:|onFileSystem:|workspaceContains:)/);
		expect(manifest.extensionKind).toEqual(["workspace"]);
	});

	it("starts for every format that a host's file has, and for every workspace file that is about servers alone", () => {
		const languages = { json: ["json", "jsonc"], toml: ["toml"], yaml: ["yaml"] } as const;
		const hosts = Object.values(HOSTS);
		for (const language of hosts.flatMap(({ format }) => languages[format]))
			expect(manifest.activationEvents).toContain(`onLanguage:${language}`);
		const files = hosts
			.filter(({ id, shows, mixed, roots }) => shows === null && !mixed && roots.length > 0 && id !== "claude-settings")
			.flatMap(({ workspaceFiles }) => workspaceFiles)
			// A pattern would have the editor search each workspace; such a file is seen when it is opened.
			.filter((file) => !file.includes("*"));
		expect(manifest.activationEvents.filter((event) => event.startsWith("workspaceContains:")).sort()).toEqual(
			files.map((file) => `workspaceContains:${file}`).sort(),
		);
	});

	it("gives the hosts' files of TOML, a language that VS Code does not know, its name", () => {
		const files = Object.values(HOSTS)
			.filter(({ format }) => format === "toml")
			.flatMap(({ workspaceFiles }) => workspaceFiles);
		expect(contributes.languages).toEqual([{ id: "toml", aliases: ["TOML"], filenamePatterns: files.map((file) => `**/${file}`) }]);
	});

	it("has every file that it names", () => {
		const named = [
			manifest.icon,
			...contributes.viewsContainers.activitybar.map(({ icon }) => icon),
			...Object.values(contributes.views).flatMap((views) => views.map(({ icon }) => icon)),
			...contributes.jsonValidation.map(({ url }) => url),
			...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.markdown)),
		];
		for (const file of named) expect(fs.existsSync(path.join(ROOT, file)), file).toBe(true);
	});

	it("opens the rules' pages rendered", () => {
		expect(contributes.configurationDefaults).toEqual({
			"workbench.editorAssociations": { "sallyport-rule:/**": "vscode.markdown.preview.editor" },
		});
	});
});
