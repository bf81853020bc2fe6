/** What the browser knows of its owner, as far as a device wants to know it. */
export interface Presets {
  readonly timezone: string
  readonly keyboard: string
  /** ISO 3166 alpha-2; empty: not known. */
  readonly country: string
}

/** The layout of xkb for a language, or a language in a country, where their names differ. */
const KEYBOARDS: Readonly<Record<string, string>> = {
  cs: 'cz',
  da: 'dk',
  'de-AT': 'at',
  'de-CH': 'ch',
  el: 'gr',
  en: 'us',
  'en-GB': 'gb',
  'en-IE': 'ie',
  'es-419': 'latam',
  'es-MX': 'latam',
  et: 'ee',
  'fr-BE': 'be',
  'fr-CA': 'ca',
  'fr-CH': 'ch',
  ja: 'jp',
  ko: 'kr',
  nb: 'no',
  'pt-BR': 'br',
  sl: 'si',
  sv: 'se',
  uk: 'ua',
}
/** Languages that have a layout of their own name. */
const SAME = new Set('bg de es fi fr hr hu is it lt lv mk nl no pl pt ro ru sk tr'.split(' '))

/** @param language as `navigator.language` has it (BCP 47) */
export function presetsFor(language: string, timezone: string): Presets {
  const [base = ''] = language.split('-')
  const region = /-([A-Z]{2})$/.exec(language)?.[1] ?? ''
  const keyboard = KEYBOARDS[language] ?? KEYBOARDS[base] ?? (SAME.has(base) ? base : 'us')
  return { timezone, keyboard, country: region }
}
