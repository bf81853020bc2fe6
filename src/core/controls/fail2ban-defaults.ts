import type { Problem } from '../../base/report/report.ts'
import { Traced } from '../render/render.ts'
import type { Context } from './control.ts'
import { keywordProblems } from './fail2ban-problems.ts'

const PLACE = ['fail2ban', 'jails', 'DEFAULT'] as const

/** What would start every jail of the package, or has a key of its own. */
const APART: Readonly<Record<string, string>> = {
  enabled:
    'name the jails that shall run: most of the package read a file that is not there, and fail2ban would not start',
  ignoreip: 'write it as fail2ban.ignoreip',
}

/** What holds for every jail that does not say otherwise: pibake's own lines, those of the spec (`jails.DEFAULT`) over them. */
export function defaultsOf({ because, spec }: Context) {
  const { banaction, banaction_allports, backend, ...defaults } = spec.fail2ban.defaults
  const own = (keyword: string, value: string | number | boolean) =>
    new Traced(String(value), because([...PLACE, keyword], 'the spec sets it for every jail'))
  const usual = (keyword: string, set: string | number | boolean | undefined, value: string) =>
    set === undefined ? value : own(keyword, set)
  return {
    backend: usual('backend', backend, 'systemd'),
    banaction: usual('banaction', banaction, 'nftables'),
    banactionAllports: usual('banaction_allports', banaction_allports, 'nftables[type=allports]'),
    defaults: Object.entries(defaults).map(([keyword, value]) => [keyword, own(keyword, value)] as const),
  }
}

/** What is wrong with `jails.DEFAULT`. */
export function defaultsProblems(context: Context): Problem[] {
  const { defaults } = context.spec.fail2ban
  const apart = Object.keys(defaults).filter((keyword) => Object.hasOwn(APART, keyword))
  return [
    ...keywordProblems(defaults, PLACE, context),
    ...apart.map((keyword): Problem => {
      const message = `'${keyword}' cannot be set for every jail`
      return { severity: 'error', code: 'F2B021', path: [...PLACE, keyword], message, hint: APART[keyword] as string }
    }),
  ]
}
