import licences from 'pibake:licences'
import { el } from './dom.ts'
import { TEXT } from './texts.ts'

/** What the page is, and the licences of all that is in it. */
export function about(): HTMLElement {
  const all = licences.map(({ name, text }) =>
    el('details', {}, el('summary', {}, name), el('pre', { tabindex: 0, role: 'group', 'aria-label': name }, text)),
  )
  return el('footer', {}, el('details', {}, el('summary', {}, TEXT.about), el('p', {}, TEXT.licences), ...all))
}
