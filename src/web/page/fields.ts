import { button, el } from './dom.ts'
import { TEXT } from './texts.ts'

/** Something to fill in, with its label, what it is for, and a place for what is wrong with it. */
export interface Field<T extends HTMLElement> {
  readonly input: T
  readonly box: HTMLElement
  /** Shows what is wrong; an empty text: nothing is. */
  complain(text: string): void
}

let made = 0

/** @param why shown when it is asked for; undefined: the label says it all */
export function field<T extends HTMLElement>(label: string, input: T, why?: string): Field<T> {
  input.id ||= `field-${++made}`
  const { id } = input
  const wrong = el('p', { id: `${id}-wrong`, class: 'wrong', hidden: true })
  input.setAttribute('aria-describedby', wrong.id)
  const reason = why === undefined ? undefined : explained(label, why)
  return {
    input,
    box: el('div', { class: 'field' }, el('label', { for: id }, label), input, wrong, reason),
    complain(text) {
      wrong.textContent = text
      wrong.hidden = text === ''
      input.toggleAttribute('aria-invalid', text !== '')
      if (text !== '') input.setAttribute('aria-invalid', 'true')
    },
  }
}

/** Why something is asked, behind a word that opens it. */
export function explained(about: string, why: string): HTMLElement {
  const hidden = el('span', { class: 'unseen' }, ` ${about}`)
  return el('details', { class: 'why' }, el('summary', {}, TEXT.why, hidden), el('p', {}, why))
}

export function textField(label: string, why?: string, attributes: Parameters<typeof el>[1] = {}) {
  return field(label, el('input', { type: 'text', autocomplete: 'off', spellcheck: 'false', ...attributes }), why)
}

export function areaField(label: string, rows: number, why?: string) {
  return field(label, el('textarea', { rows, autocomplete: 'off', spellcheck: 'false' }), why)
}

export function choiceField(label: string, choices: Readonly<Record<string, string>>, why?: string) {
  const options = Object.entries(choices).map(([value, text]) => el('option', { value }, text))
  return field(label, el('select', {}, ...options), why)
}

/** A step of the page. */
export function step(name: string, heading: string, ...content: readonly HTMLElement[]): HTMLElement {
  const title = el('h2', { id: `${name}-heading` }, heading)
  return el('section', { id: name, 'aria-labelledby': title.id }, title, el('div', { class: 'fields' }, ...content))
}

/** A button that lets somebody choose files, the same ones again too. */
export function fileButton(label: string, accept: string, isMany: boolean, take: (files: readonly File[]) => void) {
  const input = el('input', {
    type: 'file',
    accept,
    multiple: isMany,
    class: 'unseen',
    tabindex: -1,
    'aria-label': label,
  })
  input.addEventListener('change', () => {
    take([...(input.files ?? [])])
    input.value = ''
  })
  return el(
    'span',
    {},
    input,
    button(label, () => input.click()),
  )
}
