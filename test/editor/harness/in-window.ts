/*
 * Scripts for the window, as text: the compiler knows no document here.
 */

/** The boxes of a text in the lines that can be seen, each `{ left, right, bottom }`. The editor writes spaces as non-breaking ones. */
export function boxesOf(text: string): string {
	return `(() => {
		const wanted = ${JSON.stringify(text)};
		return [...document.querySelectorAll(".editor-instance .view-line")].flatMap((line) => {
			const from = line.textContent.replaceAll("\\u00a0", " ").indexOf(wanted);
			if (from < 0) return [];
			const range = document.createRange();
			const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
			let passed = 0;
			let begun = false;
			for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
				const length = node.textContent.length;
				if (!begun && from < passed + length) {
					range.setStart(node, from - passed);
					begun = true;
				}
				if (begun && from + wanted.length <= passed + length) {
					range.setEnd(node, from + wanted.length - passed);
					const { left, right, bottom } = range.getBoundingClientRect();
					return [{ left, right, bottom }];
				}
				passed += length;
			}
			return [];
		});
	})()`;
}

/** Begins to collect, under a name, the text of everything that this selector finds below another, however briefly. */
function watch(name: string, below: string, selector: string): string {
	return `(() => {
		const seen = new Set();
		const look = () => {
			for (const element of document.querySelectorAll(${JSON.stringify(selector)})) seen.add(element.textContent);
		};
		window[${JSON.stringify(name)}] = seen;
		new MutationObserver(look).observe(document.querySelector(${JSON.stringify(below)}), { childList: true, subtree: true, characterData: true });
		look();
	})()`;
}

export const WATCH_PROBLEMS = watch("problemsSeen", ".markers-panel", ".markers-panel .monaco-list-row");
export const PROBLEMS_SEEN = "[...window.problemsSeen]";

export const WATCH_NOTIFICATIONS = watch("notificationsSeen", "body", ".notification-list-item");
export const NOTIFICATIONS_SEEN = "[...window.notificationsSeen]";

export const TOOLTIPS = `[...document.querySelectorAll("[aria-label], [title]")].flatMap((element) => [
	element.getAttribute("aria-label") ?? "",
	element.getAttribute("title") ?? "",
])`;

/** Resolves when nothing in an extension's tree has changed for half a second. */
export const TREE_STANDS = `new Promise((resolve) => {
	let timer;
	const again = () => {
		clearTimeout(timer);
		timer = setTimeout(() => {
			observer.disconnect();
			resolve();
		}, 500);
	};
	const observer = new MutationObserver(again);
	observer.observe(document.querySelector(".customview-tree"), { childList: true, subtree: true, characterData: true });
	again();
})`;
