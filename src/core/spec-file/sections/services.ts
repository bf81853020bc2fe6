import * as f from '../fields.ts'
import { list, section, setting } from '../values.ts'

export const services = section(
  {
    disable: setting(
      list(f.unitName('A systemd unit.'), 'Not started at boot; something else may still start it.'),
      [],
      ['ModemManager', 'avahi-daemon', 'triggerhappy'],
    ),
    mask: setting(list(f.unitName('A systemd unit.'), 'Cannot be started at all.'), []),
    enable: setting(
      list(
        f.unitName('A systemd unit.'),
        'Started at boot: units of the image, of `files`, or of packages of the spec.',
      ),
      [],
    ),
  },
  'Services that the image starts, and those that it shall start.',
)
