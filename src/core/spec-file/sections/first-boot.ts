import * as v from 'valibot'
import * as f from '../fields.ts'
import { list, oneOf, section, setting, whole } from '../values.ts'

const script = section(
  {
    path: f.referenced('A script beside the spec.'),
    when: setting(
      oneOf(
        ['before-network', 'network', 'last'],
        'Before there is a network, once there is one and before packages, or after all other steps.',
      ),
      'last',
    ),
    timeout: setting(
      whole(1, 3600, 'FBT012', 'Seconds after which a run of it is ended; 600, or 60 before the network.'),
    ),
    retries: setting(
      whole(0, 10, 'FBT012', 'How often it is tried again when it fails; by default until it succeeds.'),
    ),
  },
  'A script with its time and its limits.',
)

export const firstBoot = section(
  {
    scripts: setting(
      list(
        v.union([f.referenced('A script beside the spec.'), script]),
        'Run once, as root, in this order, after the steps of pibake itself unless said.',
      ),
      [],
    ),
  },
  'The first start.',
)
