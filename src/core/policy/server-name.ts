/** Characters of a server's name, for which anything could be granted. */
export const MOST_NAME = 200;
