/** What shells call the folder that they are in, and the one before: no password. */
export function isWorkingFolder(name: string, value: string): boolean {
	return /^(?:OLD)?PWD$/.test(name) && /^(?:[/~.$%]|[A-Za-z]:[\\/])/.test(value);
}

/** The same of an argument: `PWD=/srv`, also behind a flag. */
export function setsWorkingFolder(argument: string): boolean {
	const [, name = "", value = ""] = /^(?:-e|--env=)?(\w{3,6})=([^\s;&,=:]{1,200})$/.exec(argument) ?? [];
	return isWorkingFolder(name, value);
}
