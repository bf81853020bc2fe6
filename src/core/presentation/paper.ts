import type { Screen } from './screen.ts'

/** The colours and weights of what is shown, by the names that Node's styleText has for them. */
export type Ink = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan' | 'magenta'

/** What lines are laid out for: a terminal, a file, a page. */
export interface Paper {
  readonly screen: Screen
  /** `text` in a style where that can be shown, else as it is. */
  style(ink: Ink, text: string): string
}
