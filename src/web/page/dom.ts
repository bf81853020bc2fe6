type Child = Node | string | undefined

/** Attributes by their names; `true` is one without a value, `false` and undefined are none. */
type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

/** Makes an element. Text reaches the page as text only. */
export function el<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(key, '')
    else if (value !== false && value !== undefined) made.setAttribute(key, String(value))
  }
  made.append(...children.filter((child) => child !== undefined))
  return made
}

/** A button that does something. */
export function button(text: string, work: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const made = el('button', { type: 'button', ...attributes }, text)
  made.addEventListener('click', work)
  return made
}

/** Hands bytes to the browser's own download. */
export function download(blob: Blob, name: string): void {
  const link = el('a', { href: URL.createObjectURL(blob), download: name })
  // Not revoked: when the download has ended, nothing tells a page.
  link.click()
}

export function downloadText(text: string, name: string): void {
  download(new Blob([text], { type: 'text/plain' }), name)
}

/** A line with the inks of `sgrPaper`, drawn. */
export function inked(line: string): Node {
  const parts = line.split(INK)
  const drawn = document.createDocumentFragment()
  // Texts and the numbers of the ink that begins after them take turns.
  for (let i = 0; i < parts.length; i += 2) {
    const ink = i === 0 ? '0' : parts[i - 1]
    drawn.append(ink === '0' ? (parts[i] ?? '') : el('span', { class: `ink${ink}` }, parts[i]))
  }
  return drawn
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: what begins an ink is a control character.
const INK = /\u001b\[(\d+)m/

/** Lines as they are laid out, in a box that scrolls when they are wider. */
export function lines(all: readonly string[], label: string): HTMLPreElement {
  const box = el('pre', { tabindex: 0, role: 'group', 'aria-label': label })
  for (const line of all) box.append(inked(line), '\n')
  return box
}

/** A line without its inks. */
export function withoutInk(line: string): string {
  return line
    .split(INK)
    .filter((_, i) => i % 2 === 0)
    .join('')
}
