import * as f from '../fields.ts'
import { flag, oneOf, section, setting } from '../values.ts'

export const updates = section(
  {
    firstBoot: setting(oneOf(['none', 'security', 'full'], 'Upgrades at the first start.'), 'security'),
    unattended: setting(flag('Security updates every day.'), true),
    sshServerDaily: setting(flag('openssh-server is upgraded by a daily timer of its own.'), true),
    mail: setting(flag('Upgrades and their failures are reported to those of `alerts`.'), false),
    reboot: setting(
      f.timeOfDay('When the device may restart by itself after an update that needs it; by default never.'),
      undefined,
      '04:30',
    ),
  },
  'Upgrades of the system.',
)
