import { visible } from './visible.ts'

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text or a quoted attribute's value of HTML; what is invisible or turns the text around is shown as what it is. */
export const html = (value: string): string =>
  visible(value).replace(/[&<>"']/g, (character) => ENTITIES[character] as string)
