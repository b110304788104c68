import { remembered } from "../secrets/remembered.ts";

/** The file name of a program, without folder and blanks around it, in lower case, without what Windows adds to it. */
export const programName = remembered((command) =>
	command
		.slice(Math.max(command.lastIndexOf("/"), command.lastIndexOf("\\")) + 1)
		.trim()
		.toLowerCase()
		.replace(/\.(?:exe|cmd|bat|ps1)$/, ""),
);
