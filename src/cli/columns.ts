/** The narrowest column of labels. */
const LEAST = 7;

/** Columns that the labels of these rows take, so that what stands behind them is in line. */
export function labelWidth(labels: readonly string[]): number {
	return Math.max(LEAST, ...labels.map((label) => label.length));
}
