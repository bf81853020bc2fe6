import { ufwConf, ufwDefaults, userRules } from '../../../src/core/controls/firewall-files.ts'
import { compileRules } from '../../../src/device/ufw/compile.ts'
import { debianNames, type Names } from '../../../src/device/ufw/names.ts'
import type { Firewall } from '../../../src/device/ufw/policy.ts'
import { origin } from '../../support/origin.ts'

/** The names that Debian's packages bring, and no others. */
export const allNames: Names = { ...debianNames, complete: true }

/** A firewall with the standard profile's settings. */
export function firewall(changes: Partial<Firewall> = {}): Firewall {
  return { enabled: true, incoming: 'deny', outgoing: 'allow', routed: 'deny', logging: 'low', rules: [], ...changes }
}

/** What pibake writes for a firewall, and the indices of the rules it refuses. */
export function ours(wanted: Firewall, names: Names = allNames) {
  const { lists, problems } = compileRules(wanted.rules, names)
  const text = (rendered: { content: Uint8Array }) => new TextDecoder().decode(rendered.content)
  const because = () => origin
  return {
    files: {
      'user.rules': text(userRules(lists, wanted, 4, because)),
      'user6.rules': text(userRules(lists, wanted, 6, because)),
      'ufw.conf': text(ufwConf(wanted, because)),
      defaults: text(ufwDefaults(wanted, because)),
    },
    refused: problems.filter((problem) => problem.severity === 'error').map((problem) => Number(problem.path[2])),
    problems,
  }
}

/** The part of user.rules that the rules alone decide. */
export function body(userRules: string): string {
  const found = /### RULES ###\n([\s\S]*)\n### END RULES ###/.exec(userRules)?.[1]
  if (found === undefined) throw new Error('no RULES section')
  return found
}
