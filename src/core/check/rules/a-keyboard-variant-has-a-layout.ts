import type { Rule } from './rule.ts'

/** A variant is one of a layout: `intl` of `us` is another than that of `br`. */
export const aKeyboardVariantHasALayout: Rule = {
  reads: ['device'],
  check({ spec }, report) {
    const { keyboard, keyboardVariant } = spec.device
    if (keyboardVariant === undefined || keyboard !== undefined) return
    report.error('SPC009', ['device', 'keyboardVariant'], 'a variant is one of a layout', 'name it too: keyboard: de')
  },
}
