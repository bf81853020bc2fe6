import * as f from '../fields.ts'
import { list, section, setting } from '../values.ts'

export const firstBoot = section(
  {
    scripts: setting(
      list(
        f.referenced('A script beside the spec.'),
        'Run once, as root, in this order, after the steps of pibake itself.',
      ),
      [],
    ),
  },
  'The first start.',
)
