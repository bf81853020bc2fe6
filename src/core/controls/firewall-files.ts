import type { Origin } from '../../base/report/origin.ts'
import type { Family } from '../../device/net/address.ts'
import { chainPrefix, ruleLines } from '../../device/ufw/lines.ts'
import { loggingLines } from '../../device/ufw/logging.ts'
import type { Firewall, Policy } from '../../device/ufw/policy.ts'
import type { Ruleset } from '../../device/ufw/ruleset.ts'
import { type Rendered, render, Traced } from '../render/render.ts'

/** What ufw's settings files say for a policy. */
const POLICY_WORDS: Readonly<Record<Policy, string>> = { allow: 'ACCEPT', deny: 'DROP', reject: 'REJECT' }

type Because = (key: keyof Firewall, index?: number) => Origin

/**
 * /etc/ufw/user.rules (family 4) or user6.rules (family 6), byte for byte as ufw 0.36 leaves it after
 * `ufw default …`, `ufw logging …` and the rules.
 */
export function userRules(lists: Ruleset, firewall: Firewall, family: Family, because: Because): Rendered {
  return render('root/etc/ufw/user.rules.ejs', {
    prefix: chainPrefix(family),
    rules: lists[family].map((entry) =>
      ruleLines(entry, family).map((line) => new Traced(line, because('rules', entry.index))),
    ),
    logging: loggingLines(firewall.logging, firewall, family).map((line) => new Traced(line, because('logging'))),
    logLimits: firewall.logging !== 'off',
  })
}

/** /etc/ufw/ufw.conf, switched on. */
export function ufwConf(firewall: Firewall, because: Because): Rendered {
  return render('root/etc/ufw/ufw.conf.ejs', { logging: new Traced(firewall.logging, because('logging')) })
}

/** /etc/default/ufw: with the policies deny, allow, deny it is the file that the ufw package ships. */
export function ufwDefaults(firewall: Firewall, because: Because): Rendered {
  const word = (key: 'incoming' | 'outgoing' | 'routed') => new Traced(POLICY_WORDS[firewall[key]], because(key))
  return render('root/etc/default/ufw.ejs', {
    incoming: word('incoming'),
    outgoing: word('outgoing'),
    routed: word('routed'),
  })
}
