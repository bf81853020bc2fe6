import type { Ink, Paper } from '../../core/presentation/paper.ts'

/** Select graphic rendition, ECMA-48 8.3.117: the number that begins each ink. */
const SGR: Readonly<Record<Ink, number>> = {
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  magenta: 35,
  cyan: 36,
}

/**
 * Lines as a terminal of 100 columns gets them, which the page then draws: nothing else in them can hold an escape
 * character, for what is not pibake's own has gone through `visible`.
 */
export const sgrPaper: Paper = {
  screen: { isTerminal: false, columns: 100, rows: 24 },
  style: (ink, text) => `\u001b[${SGR[ink]}m${text}\u001b[0m`,
}
