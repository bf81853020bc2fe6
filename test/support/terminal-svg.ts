/** Columns and rows, as a terminal has them, and where they lie in the picture, in pixels. */
const CELL = { width: 8, height: 17 }
const MARGIN = 12
/** Seconds for which each screen is shown. */
const SHOWN = 6

/** Colours of SGR (ECMA-48 8.3.117), dark and light, of which each can be read on its ground (WCAG 2.2, 1.4.3). */
const COLOURS: Readonly<Record<number, readonly [dark: string, light: string]>> = {
  31: ['#ff7b72', '#b3261e'],
  32: ['#7ee787', '#116329'],
  33: ['#e3b341', '#7d4e00'],
  34: ['#79c0ff', '#0550ae'],
  35: ['#d2a8ff', '#6639ba'],
  36: ['#76e3ea', '#0b5a66'],
}

/**
 * Screens of a terminal as one picture, one after the other for some seconds each; who wants no movement gets the last.
 *
 * @param screens as `tmux capture-pane -e` prints them
 * @param columns of the terminal
 * @param title for who cannot see it
 * @returns SVG
 */
export function terminalSvg(screens: readonly string[], columns: number, title: string): string {
  const all = screens.map((screen) => screen.trimEnd().split('\n'))
  const rows = Math.max(...all.map((lines) => lines.length))
  const [width, height] = [columns * CELL.width + 2 * MARGIN, rows * CELL.height + 2 * MARGIN]
  const frames = all.map((lines, i) => `<g class="s s${i}">\n${lines.map(textOf).filter(Boolean).join('\n')}\n</g>`)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${styleOf(screens.length)}</style>`,
    '<rect class="ground" width="100%" height="100%" rx="6"/>',
    ...frames,
    '</svg>\n',
  ].join('\n')
}

function styleOf(count: number): string {
  const part = 100 / count
  const colours = (which: 0 | 1) =>
    Object.entries(COLOURS)
      .map(([code, pair]) => `.c${code}{fill:${pair[which]}}`)
      .join('')
  // Each has begun already, so that before its turn it is hidden too.
  const times = Array.from({ length: count }, (_, i) => `.s${i}{animation-delay:${(i - count) * SHOWN}s}`).join('')
  return [
    'text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre;fill:#e6edf3}',
    `.ground{fill:#0d1117}.b{font-weight:bold}.d{opacity:.7}${colours(0)}`,
    `@media (prefers-color-scheme:light){text{fill:#1f2328}.ground{fill:#f6f8fa}${colours(1)}}`,
    `.s{visibility:hidden;animation:show ${count * SHOWN}s step-end infinite}${times}.s${count - 1}{visibility:visible}`,
    `@keyframes show{0%{visibility:visible}${part.toFixed(3)}%{visibility:hidden}}`,
    '@media (prefers-reduced-motion:reduce){.s{animation:none}}',
  ].join('')
}

/** One line of a screen: what has one look is one span, at its column. */
function textOf(line: string, row: number): string {
  const looks = new Look()
  let column = 0
  const spans: string[] = []
  // Text and codes by turns.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a terminal is told by
  for (const [i, piece] of line.split(/\u001b\[([\d;]*)m/).entries()) {
    if (i % 2 === 1) looks.take(piece)
    else {
      const text = piece.trimEnd() === '' ? '' : piece
      const indent = text.length - text.trimStart().length
      if (text !== '') spans.push(looks.span(text.trim(), MARGIN + (column + indent) * CELL.width))
      column += piece.length
    }
  }
  return spans.length === 0
    ? ''
    : `<text y="${MARGIN + Math.round((row + 0.8) * CELL.height)}">${spans.join('')}</text>`
}

class Look {
  #isBold = false
  #isDim = false
  #colour: number | undefined

  take(codes: string): void {
    for (const code of codes.split(';').map(Number)) {
      if (code === 0) [this.#isBold, this.#isDim, this.#colour] = [false, false, undefined]
      else if (code === 1) this.#isBold = true
      else if (code === 2) this.#isDim = true
      else if (code === 22) [this.#isBold, this.#isDim] = [false, false]
      else if (code === 39) this.#colour = undefined
      else if (code in COLOURS) this.#colour = code
      // 49, the ground as it is, is all that else comes; another code would be drawn wrong.
      else if (code !== 49) throw new Error(`SGR ${code} is not drawn`)
    }
  }

  span(text: string, x: number): string {
    const names = [
      this.#isBold ? 'b' : '',
      this.#isDim ? 'd' : '',
      this.#colour === undefined ? '' : `c${this.#colour}`,
    ]
    const look = names.filter(Boolean).join(' ')
    return `<tspan x="${x}"${look === '' ? '' : ` class="${look}"`}>${escaped(text)}</tspan>`
  }
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
