import { button, el } from './dom.ts'
import { TEXT } from './texts.ts'

/** What is being done, how far it is, and a button to call it off. */
export class BusyView {
  readonly box: HTMLElement
  readonly #progress = el('progress', { max: 1, 'aria-label': TEXT.working.open })
  readonly #doing = el('p', { role: 'status' })
  #running = 0

  constructor(cancel: () => void) {
    const off = button(TEXT.cancel, cancel, { id: 'cancel' })
    this.box = el('div', { id: 'busy', hidden: true }, this.#doing, this.#progress, off)
  }

  /** Is shown until the work has ended. */
  async during(text: string, work: () => Promise<void>): Promise<void> {
    this.say(text)
    this.#progress.setAttribute('aria-label', text)
    this.#progress.removeAttribute('value')
    this.#running++
    this.box.hidden = false
    try {
      await work()
    } finally {
      this.#running--
      this.box.hidden = this.#running === 0
    }
  }

  say(text: string): void {
    this.#doing.textContent = text
  }

  /** @param share of the work that is done, 0 to 1 */
  showShare(share: number): void {
    this.#progress.value = share
  }
}
