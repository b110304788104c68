// Runs in the editor's window. A time is that of a key, as the browser took it in, until the first frame that shows its effect was painted.
(() => {
	/** Calls after each painted frame until it returns true. */
	const afterEachFrame = (look) => {
		const { port1, port2 } = new MessageChannel();
		const again = () => requestAnimationFrame(() => port2.postMessage(null));
		// A message that is posted while a frame is made is delivered once it is painted.
		port1.onmessage = () => {
			if (look(performance.now()) !== true) again();
		};
		again();
	};
	const onKey = (listener) => addEventListener("keydown", listener, { capture: true });
	const lines = () => [...document.querySelectorAll(".editor-instance .view-line")].map((line) => line.textContent);

	/** From the last Enter to the text, and to the first squiggle when there is to be one. Milliseconds. */
	const opening = (squiggle) => {
		let entered = null;
		onKey((event) => {
			if (event.key === "Enter") entered = event.timeStamp;
		});
		return new Promise((resolve) => {
			let text = null;
			afterEachFrame((now) => {
				if (entered === null) return false;
				if (text === null && lines().some((line) => line.includes('"servers"'))) text = now;
				if (text === null) return false;
				if (!squiggle) resolve({ text: text - entered, squiggle: null });
				else if (document.querySelector(".editor-instance [class*='squiggly-']") === null) return false;
				else resolve({ text: text - entered, squiggle: now - entered });
				return true;
			});
		});
	};

	/** From each key to its character, which is typed on behind this text. Milliseconds, in the order of the keys. */
	const typing = (before, count) => {
		let typed = before;
		const waiting = [];
		const times = [];
		onKey(({ key, timeStamp }) => {
			if (key.length !== 1) return;
			typed += key;
			waiting.push({ text: typed, timeStamp });
		});
		return new Promise((resolve) => {
			afterEachFrame((now) => {
				const shown = waiting.length === 0 ? [] : lines();
				while (waiting.length > 0 && shown.some((line) => line.includes(waiting[0].text))) times.push(now - waiting.shift().timeStamp);
				if (times.length < count) return false;
				resolve(times);
				return true;
			});
		});
	};

	globalThis.sallyportBench = { opening, typing, result: null };
})();
