import type { Checked, SpecProblem } from '../job/image-job.ts'
import type { SpecFolder } from '../job/page-host.ts'
import { button, download, downloadText, el } from './dom.ts'
import { areaField, fileButton, step } from './fields.ts'
import { TEXT } from './texts.ts'

/** What the spec's part of the page needs of the rest. */
export interface SpecEvents {
  /** The text was edited. */
  edited(): void
  /** Files were chosen that the spec may name, or a spec. */
  files(files: readonly File[]): void
}

/** The spec as text, what is wrong with it, and the files that it names. */
export class SpecView {
  readonly section: HTMLElement
  readonly #editor = areaField(TEXT.spec.label, 24)
  readonly #problems = el('ol', { class: 'problems' })
  readonly #state = el('p', { role: 'status' })
  readonly #files = el('ul', {})

  constructor(events: SpecEvents) {
    const { input, box } = this.#editor
    input.addEventListener('input', () => events.edited())
    box.classList.add('wide')
    const open = fileButton(TEXT.spec.open, '.yaml,.yml', false, (files) => events.files(files))
    const add = fileButton(TEXT.spec.addFiles, '', true, (files) => events.files(files))
    const save = button(TEXT.spec.save, () => downloadText(this.text, 'pibake.yaml'))
    this.section = step(
      'spec',
      TEXT.spec.heading,
      el('p', { class: 'wide' }, TEXT.spec.lead),
      box,
      el('p', { class: 'wide buttons' }, open, save),
      el('div', { class: 'wide' }, this.#state, this.#problems),
      el('h3', { class: 'wide' }, TEXT.spec.files),
      el('p', { class: 'wide quiet' }, TEXT.spec.filesWhy),
      el('div', { class: 'wide' }, this.#files, el('p', { class: 'buttons' }, add)),
    )
  }

  get text(): string {
    return this.#editor.input.value
  }

  set text(text: string) {
    this.#editor.input.value = text
  }

  /** Lists the problems, each with a way to its line. */
  show({ problems, summary }: Checked): void {
    const isBroken = problems.some(({ code }) => code.startsWith('YML'))
    const said = problems.length === 0 && summary === 'no problems' ? TEXT.spec.sound : summary
    this.#state.textContent = isBroken ? `${said}. ${TEXT.spec.broken}` : said
    this.#problems.replaceChildren(...problems.map((problem) => this.#problem(problem)))
  }

  showFiles(files: SpecFolder): void {
    const entries = Object.entries(files).map(([name, bytes]) => {
      const save = button(TEXT.spec.saveFile, () => download(new Blob([new Uint8Array(bytes)]), basename(name)), {
        'aria-label': `${TEXT.spec.saveFile} ${name}`,
      })
      return el('li', {}, el('code', {}, name), ' ', save)
    })
    this.#files.replaceChildren(...entries)
  }

  #problem({ file, line, column, severity, code, message, hint }: SpecProblem): HTMLElement {
    const place = button(`${file}:${line}:${column}`, () => this.#goTo(line, column), { class: 'place' })
    const text = ` ${severity} ${code} ${message}`
    const help = hint === undefined ? undefined : el('span', { class: 'hint' }, `hint: ${hint}`)
    return el('li', { class: severity }, place, text, help)
  }

  #goTo(line: number, column: number): void {
    const { input } = this.#editor
    const start = input.value
      .split('\n')
      .slice(0, line - 1)
      .reduce((sum, { length }) => sum + length + 1, 0)
    const end = input.value.indexOf('\n', start)
    input.focus()
    input.setSelectionRange(start + column - 1, end === -1 ? input.value.length : end)
  }
}

function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
