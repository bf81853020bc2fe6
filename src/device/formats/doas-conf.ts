/** A rule of doas.conf(5). */
export interface DoasRule {
  readonly action: 'permit' | 'deny'
  /** No password is asked for. */
  readonly nopass: boolean
  /** `name`, or `:group`. */
  readonly identity: string
  /** undefined: any. */
  readonly target: string | undefined
  /** undefined: any. */
  readonly command: string | undefined
  /** From 1. */
  readonly line: number
}

/** The rules, of which the last that matches counts; undefined: doas cannot read the file, and refuses everybody. */
export function parseDoasConf(text: string): readonly DoasRule[] | undefined {
  const rules: DoasRule[] = []
  for (const [index, raw] of text.split('\n').entries()) {
    const content = raw.replace(/#.*/, '').trim()
    if (content === '') continue
    const [, action, options = '', identity, target, command] = RULE.exec(content) ?? []
    if (identity === undefined || (action !== 'permit' && action !== 'deny')) return undefined
    rules.push({ action, nopass: /\bnopass\b/.test(options), identity, target, command, line: index + 1 })
  }
  return rules
}

const RULE =
  /^(permit|deny)\s+((?:(?:nopass|persist|nolog|keepenv|setenv\s*\{[^}]*\})\s+)*)(\S+)(?:\s+as\s+(\S+))?(?:\s+cmd\s+(\S+)(?:\s+args(?:\s+\S+)*)?)?$/
