import type { Look, ShownAudit, ShownChange, ShownPlan } from '../job/image-job.ts'
import { button, download, el, inked, lines, withoutInk } from './dom.ts'
import { step } from './fields.ts'
import { TEXT } from './texts.ts'

/** What the look needs of the page. */
export interface LookEvents {
  look(): void
  audit(): void
}

/** What a plan would do: who gets in, the subjects with their paths and diffs, notes, the audit; or why it is refused. */
export class LookView {
  readonly section: HTMLElement
  readonly #state = el('p', { role: 'status', class: 'wide' }, TEXT.look.needsImage)
  readonly #result = el('div', { class: 'wide', id: 'look-result' })
  readonly #audit = el('div', { class: 'wide', id: 'audit-result' })
  readonly #button: HTMLButtonElement
  readonly #events: LookEvents

  constructor(events: LookEvents) {
    this.#events = events
    this.#button = button(TEXT.look.button, () => events.look(), { class: 'main', disabled: true })
    const buttons = el('p', { class: 'wide buttons' }, this.#button)
    this.section = step('look', TEXT.look.heading, buttons, this.#state, this.#result, this.#audit)
  }

  enable(isEnabled: boolean): void {
    this.#button.disabled = !isEnabled
    this.#state.textContent = isEnabled ? '' : TEXT.look.needsImage
  }

  /** What is shown is not what the spec says any more. */
  markStale(): void {
    if (this.#result.childElementCount > 0) this.#state.textContent = TEXT.look.stale
  }

  clear(): void {
    this.#result.replaceChildren()
    this.#audit.replaceChildren()
    this.#state.textContent = ''
  }

  show(look: Look): void {
    this.clear()
    this.#result.replaceChildren(...(look.plan === undefined ? refusal(look) : planned(look, look.plan)))
    if (look.plan === undefined) return
    const show = button(TEXT.look.auditButton, () => this.#events.audit())
    this.#audit.replaceChildren(el('h3', {}, TEXT.look.audit), el('p', { class: 'buttons' }, show))
  }

  /** The page of an audit, which has a policy of its own and no script, in a frame that may do nothing. */
  showAudit({ html, closed, added, left }: ShownAudit): void {
    const page = new TextDecoder().decode(html)
    const frame = el('iframe', { sandbox: '', title: TEXT.look.audit, srcdoc: page })
    const save = button(TEXT.look.saveAudit, () => download(new Blob([new Uint8Array(html)]), 'audit.html'))
    this.#audit.replaceChildren(
      el('h3', {}, TEXT.look.audit),
      el('p', { id: 'audit-count' }, TEXT.look.auditCount(closed, added, left)),
      el('p', { class: 'quiet' }, TEXT.look.auditLimits),
      frame,
      el('p', { class: 'buttons' }, save),
    )
  }
}

function refusal({ access, problems }: Look): HTMLElement[] {
  const errors = problems.filter(({ severity }) => severity === 'error')
  const said = errors.map(({ file, line, column, code, message, hint }) => {
    const help = hint === undefined ? undefined : el('span', { class: 'hint' }, `hint: ${hint}`)
    return el('li', { class: 'error' }, `${file}:${line}:${column} ${code} ${message}`, help)
  })
  return [
    el('p', { class: 'wrong', role: 'alert', id: 'refusal' }, TEXT.look.refused),
    ...(said.length > 0 ? [el('ol', { class: 'problems' }, ...said)] : []),
    ...(access.length > 0 ? [lines(access, TEXT.look.wayIn), el('p', { class: 'quiet' }, TEXT.look.flags)] : []),
  ]
}

function planned({ access }: Look, { headline, card, subjects, count, notes }: ShownPlan): HTMLElement[] {
  return [
    el('p', { id: 'headline' }, headline),
    el('h3', {}, TEXT.look.wayIn),
    lines([...card, ...access], TEXT.look.wayIn),
    el('h3', {}, TEXT.look.changes),
    ...(subjects.length === 0 ? [el('p', {}, TEXT.look.nothing)] : []),
    ...subjects.map(({ name, rows, changes }) =>
      el(
        'section',
        { class: 'subject', 'aria-label': name },
        el('h4', {}, name),
        lines(rows, name),
        changes.length === 0
          ? undefined
          : el(
              'details',
              {},
              el('summary', {}, `${changes.length} ${TEXT.look.paths}`, el('span', { class: 'unseen' }, ` (${name})`)),
              ...changes.map(shownChange),
            ),
      ),
    ),
    el('p', { id: 'count' }, `${count}.`),
    ...(notes.length === 0 ? [] : [el('h3', {}, TEXT.look.notes), noteList(notes)]),
  ]
}

function noteList(notes: readonly string[]): HTMLElement {
  return el('ul', { class: 'notes' }, ...notes.map((note) => el('li', {}, inked(note))))
}

function shownChange({ head, origin, diff }: ShownChange): HTMLElement {
  const from = el('p', { class: 'quiet' }, origin)
  if (diff.length === 0) return el('div', { class: 'change' }, el('p', {}, inked(head)), from)
  return el('details', { class: 'change' }, el('summary', {}, inked(head)), from, lines(diff, withoutInk(head)))
}
