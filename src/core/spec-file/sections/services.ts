import * as f from '../fields.ts'
import { flag, list, section, setting } from '../values.ts'

const timer = section(
  {
    name: f.jobName('Its name: its units are pibake-timer-NAME.timer and pibake-timer-NAME.service.'),
    run: f.jobCommand(
      'What is run: the path of a program, and its arguments. Quotes as in a shell; no shell reads it.',
    ),
    onCalendar: f.calendarEvent('When, in the words of systemd.time(7): daily, "04:30", "Mon *-*-* 06:00".'),
    user: setting(f.accountName('The account that it runs as.'), 'root'),
    catchUp: setting(flag('Whether a run is made up for that was missed while the device was off.'), true),
  },
  'A job: a program that is run at set times.',
)

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
    timers: setting(list(timer, 'Jobs of your own. A timer of the image is switched on by `enable`.'), []),
  },
  'Services that the image starts, and those that it shall start.',
)
