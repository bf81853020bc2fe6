import { OUTPUT_FORMATS, type OutputFormat, type XzKind } from '../job/output-format.ts'
import { button, downloadText, el, lines } from './dom.ts'
import { choiceField, step } from './fields.ts'
import { hasPicker } from './picked-file.ts'
import { qrCode } from './qr.ts'
import { TEXT } from './texts.ts'

/** What saving needs of the page. */
export interface SaveEvents {
  /** @param isPicked into a file that the owner picks, else as a download */
  save(format: OutputFormat, isPicked: boolean): void
  manifest(): void
}

/** What is done with a plan that was looked at. */
export class SaveView {
  readonly section: HTMLElement
  readonly #format = choiceField(TEXT.save.format, TEXT.save.formats, TEXT.save.formatWhy)
  readonly #buttons: readonly HTMLButtonElement[]
  readonly #state = el('p', { role: 'status', class: 'wide', id: 'save-state' })
  readonly #after = el('div', { class: 'wide', id: 'saved' })
  readonly #note = el('p', { class: 'quiet wide', id: 'save-note' })

  constructor(events: SaveEvents) {
    const as = button(TEXT.save.as, () => events.save(this.#chosen, true), { class: 'main' })
    const plain = button(TEXT.save.download, () => events.save(this.#chosen, false), {
      class: hasPicker ? '' : 'main',
      id: 'download',
    })
    const manifest = button(TEXT.save.manifest, () => events.manifest())
    this.#buttons = [...(hasPicker ? [as] : []), plain, manifest]
    const secret = el('p', { class: 'wide' }, TEXT.save.secret)
    const row = el('p', { class: 'wide buttons' }, ...this.#buttons)
    this.section = step('save', TEXT.save.heading, secret, this.#format.box, this.#note, row, this.#state, this.#after)
    this.enable(false)
    this.offer(undefined)
  }

  get #chosen(): OutputFormat {
    return OUTPUT_FORMATS.find((one) => one === this.#format.input.value) ?? 'img'
  }

  /** Offers what can be made of an image. @param came how it came */
  offer(came: XzKind | undefined): void {
    const { input } = this.#format
    for (const option of input.options) option.disabled = option.value === 'img.xz' && came !== 'blocks'
    if (input.selectedOptions[0]?.disabled !== false) input.value = 'img'
    this.#note.textContent = came === 'whole' ? TEXT.save.oneBlock : ''
  }

  enable(isEnabled: boolean): void {
    for (const one of this.#buttons) one.disabled = !isEnabled
    if (!isEnabled) this.#state.textContent = ''
  }

  /** @param card the lines of the card that says how to log in */
  saved(text: string, format: OutputFormat, hostname: string, card: readonly string[]): void {
    this.#state.textContent = text
    const paper = el(
      'article',
      { id: 'card', 'aria-label': TEXT.save.card },
      el('h3', {}, `${TEXT.save.card}: ${hostname}`),
      lines(card, TEXT.save.card),
      qrCode(card.join('\n'), TEXT.save.qr),
      el('p', {}, TEXT.save.cardHint),
    )
    const print = button(TEXT.save.print, () => window.print())
    this.#after.replaceChildren(el('p', {}, TEXT.save.next[format]), paper, el('p', { class: 'buttons' }, print))
  }

  clear(): void {
    this.#after.replaceChildren()
  }
}

/** @param text JSON */
export function saveManifest(text: string, name: string): void {
  downloadText(text, `${name}.manifest.json`)
}
