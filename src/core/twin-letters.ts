const CYRILLIC = "аеорсухіјѕһԁԛԝАВЕКМНОРСТУХІЈЅ";
const LIKE_CYRILLIC = "aeopcyxijshdqwABEKMHOPCTYXIJS";
const GREEK = "αινορυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ";
const LIKE_GREEK = "aivopuxABEZHIKMNOPTYX";

/** Letters of other scripts that are drawn as a Latin one, and that. Those that only come near are not among them. */
export const TWIN_LETTERS: ReadonlyMap<string, string> = new Map(paired(CYRILLIC + GREEK, LIKE_CYRILLIC + LIKE_GREEK));

/** The n-th characters of two texts of the same length. */
export function paired(these: string, those: string): readonly (readonly [string, string])[] {
	return [...these].map((character, i) => [character, those.charAt(i)]);
}
