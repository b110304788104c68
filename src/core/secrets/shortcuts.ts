const LONGEST = 80;

const MODIFIER =
	/^(?:ctrl|control|ctl|strg|alt|altgr|option|opt|shift|umschalt|maj|cmd|command|cmdorctrl|commandorcontrol|meta|super|win|windows|hyper|mod|fn|leader|c|m|s|d|a)$/;
const KEY =
	/^(?:.|f\d{1,2}|enter|return|space|spacebar|tab|esc|escape|backspace|delete|del|insert|ins|home|end|up|down|left|right|page_?up|page_?down|pgup|pgdn|pgdown|arrow(?:up|down|left|right)|plus|minus|equals?|comma|period|dot|slash|backslash|semicolon|quote|backquote|backtick|grave|tilde|pause|break|print(?:screen)?|prtsc|scroll_?lock|caps_?lock|num_?lock|menu|apps|(?:numpad|num|kp|digit|key)_?(?:\w|add|subtract|multiply|divide|decimal|enter)|(?:volume|media)(?:up|down|mute|play|stop|next)?|mouse\d?|wheel(?:up|down)?)$/;

/** True for keys that are pressed together, one chord after the other: `ctrl+alt+r`, `Ctrl-K Ctrl-Shift-S`, `<Super><Shift>space`. */
export function isShortcut(text: string): boolean {
	if (text.length > LONGEST || !/^<?[A-Za-z]+[>+-]/.test(text)) return false;
	return text
		.toLowerCase()
		.split(/[\s,]+/)
		.every(isChord);
}

function isChord(chord: string): boolean {
	const keys = chord.includes(">") ? chord.split(/[<>]+/).filter((key) => key !== "") : chord.split(/[+-](?=.)/);
	const last = keys.at(-1) ?? "";
	const modifiers = keys.slice(0, -1);
	return modifiers.length > 0 && (KEY.test(last) || MODIFIER.test(last)) && modifiers.every((key) => MODIFIER.test(key));
}
