import * as fs from "node:fs";
import * as path from "node:path";
import type { Browser, BrowserContext, FrameLocator, Locator, Page } from "playwright-core";
import { launchBrowser } from "./browser.ts";
import type { Editor } from "./editor-host.ts";
import { boxesOf, NOTIFICATIONS_SEEN, PROBLEMS_SEEN, TOOLTIPS, TREE_STANDS, WATCH_NOTIFICATIONS, WATCH_PROBLEMS } from "./in-window.ts";

/** How long one thing in the window may take. Generous: a busy machine must not fail a test. */
const PATIENCE_MS = 30_000;

/** How often and how long something is tried that a window which is still loading does not yet offer. */
const TRIES = 12;
const TRY_MS = 2_500;

/** How often one click may be lost. */
const MOST_LOST = 3;

/** The colour themes that screenshots are made in: what the picker calls them, and the class that the window has in each. */
const THEMES = {
	dark: { label: "Dark 2026", css: "vs-dark" },
	light: { label: "Light 2026", css: "vs" },
	"high-contrast": { label: "Dark High Contrast", css: "hc-black" },
} as const;
export type Theme = keyof typeof THEMES;

export type Severity = "error" | "warning" | "info" | "hint";

export interface WorkbenchOptions {
	/** In CSS pixels. Default: 1400 × 900. */
	readonly viewport?: { readonly width: number; readonly height: number } | undefined;
	/** Pixels of a picture for each CSS pixel. Default: 1. */
	readonly scale?: number | undefined;
}

/**
 * The window of an editor, as a person sees and works it: by keyboard first, and by roles and a few class names that VS Code has had for
 * years. What returns a `Locator` is to be waited for with Playwright's own `waitFor`.
 */
export class Workbench {
	readonly page: Page;
	readonly #url: string;
	readonly #browser: Browser;
	readonly #context: BrowserContext;

	private constructor(url: string, browser: Browser, context: BrowserContext, page: Page) {
		this.#url = url;
		this.#browser = browser;
		this.#context = context;
		this.page = page;
	}

	/** Opens a folder in a window of its own and waits until it can be worked. Extensions may still be starting then. */
	static async open(editor: Editor, folder: string, { viewport, scale }: WorkbenchOptions = {}): Promise<Workbench> {
		const browser = await launchBrowser();
		try {
			const context = await browser.newContext({
				viewport: viewport ?? { width: 1400, height: 900 },
				deviceScaleFactor: scale ?? 1,
				permissions: ["clipboard-read", "clipboard-write"],
			});
			context.setDefaultTimeout(PATIENCE_MS);
			const page = await context.newPage();
			const workbench = new Workbench(editor.server.url, browser, context, page);
			await workbench.openFolder(folder);
			return workbench;
		} catch (error) {
			await browser.close();
			throw error;
		}
	}

	async openFolder(folder: string): Promise<void> {
		const query = new URLSearchParams({ folder, payload: JSON.stringify([["skipWelcome", "true"]]) });
		await this.page.goto(`${this.#url}/?${query}`);
		await this.#restored();
	}

	/** Opens a window without a folder. */
	async openEmpty(): Promise<void> {
		await this.page.goto(`${this.#url}/?${new URLSearchParams({ ew: "true", payload: JSON.stringify([["skipWelcome", "true"]]) })}`);
		await this.#restored();
	}

	async reload(): Promise<void> {
		await this.page.reload();
		await this.#restored();
	}

	async #restored(): Promise<void> {
		await this.page.waitForFunction("performance.getEntriesByName('code/LifecyclePhase/Restored').length > 0");
	}

	async close(): Promise<void> {
		await this.#context.close();
		await this.#browser.close();
	}

	// The command palette and its relatives

	/** Runs a command by what the palette shows: `Category: Title`. */
	async command(title: string): Promise<void> {
		await this.#retry(async () => {
			await this.#quickInput("F1", `>${title}`);
			await this.#quickRow(title).waitFor({ timeout: TRY_MS });
			// What opens meanwhile may take the focus, and the palette is gone.
			await this.#quickRow(title).click({ timeout: TRY_MS });
		});
	}

	/** Whether the palette offers a command. Meant for commands that must not be there: ask after another of the same extension was found. */
	async offersCommand(title: string): Promise<boolean> {
		await this.#quickInput("F1", `>${title}`);
		await this.quickInput().locator(".monaco-list-row").first().waitFor();
		const offered = (await this.#quickRow(title).count()) > 0;
		await this.page.keyboard.press("Escape");
		return offered;
	}

	/** The box that the palette, quick picks and input boxes share. */
	quickInput(): Locator {
		return this.page.locator(".quick-input-widget:visible");
	}

	/** Chooses an entry of an open quick pick by its label. */
	async pick(label: string): Promise<void> {
		await this.#quickRow(label).click();
	}

	/** Types into an open input box and accepts it. */
	async answer(text: string): Promise<void> {
		const box = this.quickInput().locator("input[type='text'], input[type='password']").first();
		await box.waitFor();
		await box.fill(text);
		await this.page.keyboard.press("Enter");
	}

	async #quickInput(key: string, text: string): Promise<void> {
		await this.page.keyboard.press(key);
		const box = this.quickInput().locator("input[type='text']").first();
		await box.waitFor({ timeout: TRY_MS });
		await box.fill(text);
	}

	#quickRow(label: string): Locator {
		return this.quickInput()
			.locator(".monaco-list-row", { has: this.page.locator(".label-name", { hasText: exactly(label) }) })
			.first();
	}

	async #retry(attempt: () => Promise<void>): Promise<void> {
		for (let tries = 1; ; tries++) {
			try {
				return await attempt();
			} catch (error) {
				// Only what is laid over the window is taken away: Escape alone leaves the page of a walkthrough.
				const laid = this.page.locator(
					".quick-input-widget:visible, .action-widget:visible, .suggest-widget.visible, .context-view .monaco-menu",
				);
				if ((await laid.count()) > 0) await this.page.keyboard.press("Escape");
				if (tries === TRIES) throw error;
			}
		}
	}

	// The text editor

	/** Opens a file of the workspace by its path within it. */
	async openFile(relative: string): Promise<void> {
		const name = path.basename(relative);
		await this.#retry(async () => {
			await this.#quickInput("Control+P", relative);
			await this.#quickRow(name).waitFor({ timeout: TRY_MS });
			await this.page.keyboard.press("Enter");
			await this.page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor({ timeout: TRY_MS });
		});
		await this.lines().first().waitFor();
	}

	/** Puts the caret into a text that stands in one line and can be seen, by a click. */
	async clickText(text: string): Promise<void> {
		// A code lens that comes at this moment moves the lines below it.
		for (let tries = 1; ; tries++) {
			const { x, y } = await this.#middleOf(text);
			await this.page.mouse.click(x, y);
			const now = await this.#middleOf(text);
			if ((now.x === x && now.y === y) || tries === TRIES) return;
		}
	}

	/** Rests the pointer on a text that stands in one line and can be seen, and returns what shows. */
	async hoverText(text: string): Promise<Locator> {
		const hover = this.page.locator(".monaco-hover:not(.hidden) .monaco-hover-content").first();
		await this.#retry(async () => {
			const { x, y } = await this.#middleOf(text);
			await this.page.mouse.move(x - 20, y);
			await this.page.mouse.move(x, y);
			await hover.waitFor({ timeout: TRY_MS });
		});
		return hover;
	}

	async #middleOf(text: string): Promise<{ readonly x: number; readonly y: number }> {
		const [box] = await this.page.evaluate<Box[]>(boxesOf(text));
		if (box === undefined) throw new Error("The text cannot be seen.");
		return { x: (box.left + box.right) / 2, y: box.bottom - 6 };
	}

	/** Puts the caret at a place, from 1. A tab counts as far as it reaches. */
	async goTo(line: number, column = 1): Promise<void> {
		await this.#quickInput("Control+G", `:${line}:${column}`);
		await this.page.keyboard.press("Enter");
		await this.quickInput().waitFor({ state: "hidden" });
	}

	async focusEditor(): Promise<void> {
		await this.command("View: Focus Active Editor Group");
	}

	/** Types where the caret is, key by key. The editor closes brackets and quotes by itself. */
	async type(text: string): Promise<void> {
		await this.page.keyboard.type(text);
	}

	/** Puts text where the caret is in one go, as a paste does: nothing is completed or closed. */
	async insert(text: string): Promise<void> {
		await this.page.keyboard.insertText(text);
	}

	async save(): Promise<void> {
		await this.page.keyboard.press("Control+S");
		await this.page.locator(".tab.active.dirty").waitFor({ state: "detached" });
	}

	async undo(): Promise<void> {
		await this.page.keyboard.press("Control+Z");
	}

	async redo(): Promise<void> {
		await this.page.keyboard.press("Control+Shift+Z");
	}

	/** The lines that can be seen. */
	lines(): Locator {
		return this.page.locator(".editor-instance .view-line");
	}

	/** The text that can be seen, top to bottom. */
	async text(): Promise<string> {
		const lines = await this.lines().evaluateAll((elements) =>
			elements.map((element) => ({
				top: Number.parseFloat((element as unknown as { style: { top: string } }).style.top),
				text: element.textContent ?? "",
			})),
		);
		return lines
			.sort((a, b) => a.top - b.top)
			.map(({ text }) => spaced(text))
			.join("\n");
	}

	squiggles(severity: Severity): Locator {
		return this.page.locator(`.editor-instance .squiggly-${severity}`);
	}

	/** Whether a squiggle of this severity stands under exactly this text, which stands in one line. To the pixel, but for rounding. */
	async isUnderlined(severity: Severity, text: string): Promise<boolean> {
		const [box, ...others] = await this.page.evaluate<Box[]>(boxesOf(text));
		if (box === undefined || others.length > 0) return false;
		const lines = await Promise.all((await this.squiggles(severity).all()).map((squiggle) => squiggle.boundingBox()));
		return lines.some(
			(line) =>
				line !== null &&
				Math.abs(line.x - box.left) <= 1 &&
				Math.abs(line.x + line.width - box.right) <= 1 &&
				Math.abs(line.y + line.height - box.bottom) <= 4,
		);
	}

	/** The rows of the Problems view, which it opens. */
	async problems(): Promise<Locator> {
		const rows = this.page.locator(".markers-panel .monaco-list-row");
		if (!(await this.page.locator(".markers-panel").isVisible())) await this.command("View: Toggle Problems");
		return rows;
	}

	/** Collects every row of one source that the open Problems view shows from now on, however briefly. Ask for them when it is over. */
	async watchProblems(source: string): Promise<() => Promise<readonly string[]>> {
		await this.page.evaluate(WATCH_PROBLEMS);
		return async () => (await this.page.evaluate<string[]>(PROBLEMS_SEEN)).map(plain).filter((text) => text.includes(source));
	}

	/** The entries of the quick-fix menu at the caret. The menu stays open: choose with `quickFix`, or press Escape. */
	async quickFixes(expected: string): Promise<string[]> {
		const rows = this.page.locator(".action-widget .monaco-list-row.action");
		// What the extension found may not have reached the window yet; the menu then says that there is nothing.
		await this.#retry(async () => {
			await this.page.keyboard.press("Control+.");
			await rows.filter({ hasText: expected }).first().waitFor({ timeout: TRY_MS });
		});
		return (await rows.allInnerTexts()).map((text) => plain(text));
	}

	/** Takes the quick fix with this title; the caret stands on its place. */
	async quickFix(title: string): Promise<void> {
		await this.quickFixes(title);
		await this.page.locator(".action-widget .monaco-list-row.action", { hasText: title }).first().click();
	}

	codeLens(text: string): Locator {
		return this.page.locator(".editor-instance .codelens-decoration a", { hasText: text });
	}

	/** All that stands above the lines as code lenses, in reading order. */
	async codeLenses(): Promise<string[]> {
		return (await this.page.locator(".editor-instance .codelens-decoration a").allInnerTexts()).map((text) => plain(text));
	}

	/** Shows the hover at the caret and returns it. */
	async hover(): Promise<Locator> {
		const hover = this.page.locator(".monaco-hover:not(.hidden) .monaco-hover-content").first();
		await this.#retry(async () => {
			await this.command("Show or Focus Hover");
			await hover.waitFor({ timeout: TRY_MS });
		});
		return hover;
	}

	/** Asks for completions at the caret and returns their labels once the expected one is there. */
	async completions(expected: string): Promise<string[]> {
		const rows = this.page.locator(".suggest-widget.visible .monaco-list-row");
		await this.#retry(async () => {
			await this.page.keyboard.press("Control+Space");
			await rows.filter({ hasText: expected }).first().waitFor({ timeout: TRY_MS });
		});
		return rows.locator(".label-name").allInnerTexts();
	}

	/** Both sides of an open comparison, as text. */
	async comparison(): Promise<{ readonly original: string; readonly modified: string }> {
		const side = async (name: string): Promise<string> =>
			(await this.page.locator(`.monaco-diff-editor .editor.${name} .view-line`).allInnerTexts()).map(spaced).join("\n");
		await this.page.locator(".monaco-diff-editor .editor.modified .view-line").first().waitFor();
		return { original: await side("original"), modified: await side("modified") };
	}

	/** The tab in front. */
	activeTab(): Locator {
		return this.page.locator(".tab.active .label-name").first();
	}

	// Views

	/** The title of the view whose rows are meant, where several are open. Null: rows of all of them are. */
	rowsOf: string | null = null;

	/** A row of an extension's tree by its label. */
	treeRow(label: string | RegExp): Locator {
		return (this.rowsOf === null ? this.page : this.#view(this.rowsOf)).locator(".customview-tree .monaco-list-row", {
			has: this.page.locator(".label-name", { hasText: typeof label === "string" ? exactly(label) : label }),
		});
	}

	/** The rows of an extension's tree that can be seen, each as `label description`. */
	async tree(): Promise<string[]> {
		const rows = await this.page.locator(".customview-tree .monaco-list-row").all();
		return Promise.all(
			rows.map(async (row) =>
				plain((await row.locator(".label-name, .label-description").allTextContents()).filter((text) => text !== "").join(" ")),
			),
		);
	}

	/** One view of a container with several, header and all. */
	#view(title: string): Locator {
		return this.page.locator(".pane", { has: this.page.locator(`.pane-header[aria-label^="${title} "]`) });
	}

	/** Opens a view that is folded to its header, or folds it. */
	async openView(title: string, open = true): Promise<void> {
		const header = this.#view(title).locator(".pane-header");
		await header.waitFor();
		if ((await header.getAttribute("aria-expanded")) !== String(open)) await header.locator("h3").click();
	}

	/** The rows of one view that can be seen, each as `label description`, top to bottom. */
	async viewRows(title: string): Promise<string[]> {
		const rows = await this.#view(title)
			.locator(".monaco-list-row")
			.evaluateAll((elements) =>
				elements.map((element) => ({
					top: Number.parseFloat((element as unknown as { style: { top: string } }).style.top),
					parts: [...element.querySelectorAll(".label-name, .label-description")].map((part) => part.textContent ?? ""),
				})),
			);
		return rows.sort((a, b) => a.top - b.top).map(({ parts }) => plain(parts.filter((text) => text !== "").join(" ")));
	}

	/** A button in a view's title. It shows while the pointer is there. */
	async viewAction(title: string, action: string): Promise<void> {
		await this.#view(title).hover();
		await this.#view(title).locator(`.pane-header .action-label[aria-label^="${action}"]`).click();
	}

	/** What a view says above its rows; empty: nothing. */
	async viewMessage(title: string): Promise<string> {
		const message = this.#view(title).locator(".message");
		return (await message.isVisible()) ? plain(await words(message)) : "";
	}

	/** What shows where the pointer rests on a row. */
	async rowTooltip(label: string | RegExp): Promise<string> {
		const hover = this.page.locator(".monaco-hover:not(.hidden)").last();
		await this.#retry(async () => {
			await this.page.mouse.move(0, 0);
			await this.treeRow(label).first().hover();
			await hover.waitFor({ timeout: TRY_MS });
		});
		return words(hover);
	}

	/** The line that the selection is in. */
	async selectedLine(): Promise<string> {
		const boxes = await this.page.locator(".editor-instance .current-line, .editor-instance .cursor").first().boundingBox();
		const lines = await this.lines().all();
		for (const line of lines) {
			const box = await line.boundingBox();
			if (boxes !== null && box !== null && Math.abs(box.y - boxes.y) < 4) return words(line);
		}
		return "";
	}

	/** Opens or closes a row, whichever it is not. */
	async toggle(label: string | RegExp): Promise<void> {
		await this.treeRow(label).first().locator(".monaco-tl-twistie").click();
	}

	/** The box of a row: ask its `aria-checked`, click it. */
	checkbox(label: string | RegExp): Locator {
		return this.treeRow(label).locator(".custom-view-tree-node-item-checkbox[role='checkbox']");
	}

	/** What a screen reader is told of a row. */
	async spoken(label: string | RegExp): Promise<string> {
		return (await this.treeRow(label).first().getAttribute("aria-label")) ?? "";
	}

	/** What a screen reader is told of the row that the keyboard moved to; empty: none is. */
	async focusedRow(): Promise<string> {
		const row = this.page.locator(".customview-tree .monaco-list-row.focused");
		return (await row.count()) === 0 ? "" : ((await row.first().getAttribute("aria-label")) ?? "");
	}

	/** Waits until a tree stands still, as a person does: while an extension's tree is drawn anew, VS Code does not know what its rows are about. */
	async treeStands(): Promise<void> {
		await this.page.evaluate(TREE_STANDS);
	}

	/** Clicks a box until it changes: a tree that is drawn anew at that moment loses the click. */
	async tick(box: Locator): Promise<void> {
		await box.waitFor();
		await this.treeStands();
		const before = await box.getAttribute("aria-checked");
		const changed = box.and(this.page.locator(`[aria-checked="${before === "true" ? "false" : "true"}"]`));
		await this.#retry(async () => {
			await box.click();
			await changed.or(this.dialog()).first().waitFor({ timeout: TRY_MS });
		});
	}

	/** An inline button of a row, by its tooltip. The row shows it while the pointer is there. */
	async rowAction(label: string | RegExp, title: string): Promise<void> {
		await this.treeRow(label).first().waitFor();
		await this.treeStands();
		await this.treeRow(label).first().hover();
		await this.treeRow(label).first().locator(`.action-label[aria-label^="${title}"]`).click();
	}

	/**
	 * Clicks, and waits for what comes of it. A row that is drawn anew at that very moment loses the click, or VS Code runs its command without the row,
	 * which says so: then, while nothing else has happened, the click is made again, as a person would make it.
	 *
	 * @param stirred whether the click has done something that the window does not show yet
	 * @returns how often the click was lost
	 */
	async clickFor(outcome: Locator, click: () => Promise<void>, stirred: () => boolean): Promise<number> {
		const unheard = this.notification("This command does not say which server it is about");
		const shown = this.page.locator(".monaco-dialog-box, .notifications-toasts .notification-list-item, .quick-input-widget:visible");
		for (let lost = 0; ; lost++) {
			await click();
			const anything = await shown
				.first()
				.waitFor({ timeout: 2 * TRY_MS })
				.then(
					() => true,
					() => stirred(),
				);
			const isLost = !anything || (!stirred() && (await unheard.count()) > 0);
			if (!isLost || lost === MOST_LOST) {
				await outcome.first().waitFor({ timeout: 2 * PATIENCE_MS });
				return lost;
			}
			await this.clearNotifications();
			await this.treeStands();
		}
	}

	/** Opens a row's context menu and takes an entry. */
	async contextMenu(label: string | RegExp, entry: string): Promise<void> {
		await this.treeRow(label).first().waitFor();
		await this.treeStands();
		await this.treeRow(label).first().click({ button: "right" });
		// A menu takes no click in its first moment, lest the one that opened it should choose.
		await this.page.locator(".context-view .action-menu-item", { hasText: exactly(entry) }).hover();
		await this.page.keyboard.press("Enter");
	}

	/** What an empty view says. */
	welcome(): Locator {
		return this.page.locator(".pane .welcome-view-content");
	}

	/** The steps of the walkthrough in front, and whether each is ticked. */
	walkthroughSteps(): () => Promise<{ readonly title: string; readonly done: boolean }[]> {
		const steps = this.page.locator(".gettingStartedDetailsContent .getting-started-step");
		return () =>
			steps.evaluateAll((elements) =>
				elements.map((element) => ({
					title: (element.querySelector(".step-title")?.textContent ?? "").trim(),
					done: element.querySelector(".codicon.complete") !== null,
				})),
			);
	}

	// Notifications, dialogs, status bar, web views

	notification(text: string | RegExp): Locator {
		return this.page.locator(".notifications-toasts .notification-list-item", { hasText: text });
	}

	/** Collects the text of every notification that shows from now on, until the page is left. Ask for them when it is over. */
	async watchNotifications(): Promise<() => Promise<readonly string[]>> {
		await this.page.evaluate(WATCH_NOTIFICATIONS);
		return () => this.page.evaluate<string[]>(NOTIFICATIONS_SEEN);
	}

	/** What stands in the page without being shown: labels for screen readers and tooltips. */
	tooltips(): Promise<readonly string[]> {
		return this.page.evaluate<string[]>(TOOLTIPS);
	}

	async notificationButton(text: string | RegExp, button: string): Promise<void> {
		await this.notification(text)
			.locator(".monaco-button", { hasText: exactly(button) })
			.click();
	}

	/** Closes what is shown; the command is not there when nothing is. */
	async clearNotifications(): Promise<void> {
		if ((await this.page.locator(".notifications-toasts .notification-list-item").count()) === 0) return;
		await this.command("Notifications: Clear All Notifications");
	}

	/** The modal dialog. */
	dialog(): Locator {
		return this.page.locator(".monaco-dialog-box");
	}

	async dialogButton(label: string): Promise<void> {
		await this.dialog()
			.locator(".monaco-button", { hasText: exactly(label) })
			.click();
	}

	statusBarItem(text: string | RegExp): Locator {
		return this.page.locator(".statusbar-item", { hasText: text });
	}

	/** What the output channel in front shows. */
	output(): Locator {
		return this.page.locator(".output-view .view-lines");
	}

	/** The document in an open web view. */
	webview(): FrameLocator {
		return this.page.frameLocator("iframe.webview.ready").frameLocator("#active-frame");
	}

	// Pictures

	/** Changes the colour theme, as a person does. */
	async theme(name: Theme): Promise<void> {
		const { label, css } = THEMES[name];
		await this.command("Preferences: Color Theme");
		await this.quickInput().locator("input[type='text']").first().fill(label);
		await this.pick(label);
		await this.page.locator(`.monaco-workbench.${css}`).first().waitFor();
	}

	/** A picture of the window, or of its upper left part of that size, as `FOLDER/NAME.png`; its path. */
	async screenshot(folder: string, name: string, size: PictureSize = {}): Promise<string> {
		fs.mkdirSync(folder, { recursive: true });
		const file = path.join(folder, `${name}.png`);
		const whole = this.page.viewportSize() ?? { width: 0, height: 0 };
		const { width = whole.width, height = whole.height } = size;
		await this.page.screenshot({ path: file, animations: "disabled", caret: "hide", clip: { x: 0, y: 0, width, height } });
		return file;
	}

	/**
	 * The same picture in every theme: `NAME-dark.png`, `NAME-light.png`, `NAME-high-contrast.png`. The window is dark again afterwards.
	 *
	 * @param show brings up what is gone when the theme changes; Escape takes it away again
	 */
	async screenshots(folder: string, name: string, { show, ...size }: PictureSize & { show?: () => Promise<void> } = {}): Promise<void> {
		for (const theme of ["light", "high-contrast", "dark"] as const) {
			await this.theme(theme);
			await show?.();
			await this.screenshot(folder, `${name}-${theme}`, size);
			if (show !== undefined) await this.page.keyboard.press("Escape");
		}
	}

	/** Makes the side bar so wide, in CSS pixels from the window's edge. */
	async widenSideBar(to: number): Promise<void> {
		const bar = await this.page.locator(".part.sidebar").boundingBox();
		if (bar === null) throw new Error("The side bar is closed.");
		const { y, height, x, width } = bar;
		const { mouse } = this.page;
		await mouse.move(x + width + 2, y + height / 2);
		await mouse.down();
		await mouse.move(to, y + height / 2, { steps: 5 });
		await mouse.up();
	}

	/** Takes away the button that VS Code lays over its own config files, and the slab beside a comparison, for pictures. */
	async hideOverlays(): Promise<void> {
		await this.page.addStyleTag({ content: ".floating-menu-overlay-widget, .diffOverview { visibility: hidden !important; }" });
	}
}

/** In CSS pixels; what is left out is as large as the window. */
interface PictureSize {
	readonly width?: number;
	readonly height?: number;
}

interface Box {
	readonly left: number;
	readonly right: number;
	readonly bottom: number;
}

/** What stands in a part of the window when it is there, as a person would copy it out. Quotation marks around names are left out. */
export async function words(part: Locator): Promise<string> {
	await part.first().waitFor();
	return spaced((await part.allInnerTexts()).join("\n")).replace(/[“”]/g, "");
}

/** Matches this text, and no text that merely contains it. */
function exactly(text: string): RegExp {
	return new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(" ", "[ \\u00a0]")}\\s*$`);
}

/** The window writes spaces as non-breaking ones. */
function spaced(text: string): string {
	return text.replaceAll("\u00a0", " ");
}

/** What a person reads in a label: single spaces, none at the ends. */
function plain(text: string): string {
	return text.replace(/\s+/g, " ").trim();
}
