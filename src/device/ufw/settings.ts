import { readAssignments } from '../formats/shell-assignments.ts'

/** What ufw.conf and /etc/default/ufw say together; the second word counts where both name something. */
export interface Settings {
  readonly enabled: boolean
  readonly ipv6: boolean
  readonly input: string
  readonly output: string
  /** ufw empties the chains of the kernel first. */
  readonly managesBuiltins: boolean
  /** Lines that a shell carries out and that are not assignments, and settings that ufw cannot use. */
  readonly unclear: readonly { readonly file: string; readonly line: number | undefined; readonly because: string }[]
}

export const CONF = '/etc/ufw/ufw.conf'
export const DEFAULTS = '/etc/default/ufw'

/** ufw-init-functions sources /etc/default/ufw, then ufw.conf. */
export function readSettings(defaults: string, conf: string): Settings {
  const read = [
    { file: DEFAULTS, ...readAssignments(defaults) },
    { file: CONF, ...readAssignments(conf) },
  ]
  const value = (name: string) => read.map(({ values }) => values.get(name)).findLast((one) => one !== undefined) ?? ''
  const isYes = (name: string) => value(name) === 'yes' || value(name) === 'YES'
  const shell = read.flatMap(({ file, others }) =>
    others.map((line) => ({ file, line, because: 'ufw-init runs this line, which is more than an assignment' })),
  )
  const policies = ['DEFAULT_INPUT_POLICY', 'DEFAULT_OUTPUT_POLICY']
    .filter((name) => !['ACCEPT', 'DROP', 'REJECT'].includes(value(name)))
    .map((name) => ({
      file: DEFAULTS,
      line: undefined,
      because: `${name} is '${value(name)}', which iptables refuses`,
    }))
  return {
    enabled: isYes('ENABLED'),
    ipv6: isYes('IPV6'),
    input: value('DEFAULT_INPUT_POLICY'),
    output: value('DEFAULT_OUTPUT_POLICY'),
    managesBuiltins: value('MANAGE_BUILTINS') === 'yes',
    unclear: [...shell, ...policies],
  }
}
