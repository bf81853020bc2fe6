import * as f from '../fields.ts'
import { flag, list, oneOf, section, setting } from '../values.ts'

const POLICIES = ['allow', 'deny', 'reject'] as const

export const firewall = section(
  {
    enabled: setting(flag('Whether ufw is installed and on.'), true),
    incoming: setting(oneOf(POLICIES, 'What happens to connections from outside that no rule names.'), 'deny'),
    outgoing: setting(oneOf(POLICIES, 'What happens to connections from the device that no rule names.'), 'allow'),
    routed: setting(oneOf(POLICIES, 'What happens to traffic through the device that no rule names.'), 'deny'),
    logging: setting(oneOf(['off', 'low', 'medium', 'high', 'full'], 'How much ufw writes to the log.'), 'low'),
    rules: setting(
      list(
        f.ufwRule('A rule as the ufw command takes it, without `ufw`.'),
        'Rules of ufw, in order; by default one that limits the SSH port.',
      ),
    ),
  },
  'The packet filter, ufw.',
)
