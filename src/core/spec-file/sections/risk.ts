import * as f from '../fields.ts'
import { list, oneOf, section, setting } from '../values.ts'

const waiver = section(
  {
    rule: f.auditRule('The rule that is waived, as in docs/audit-rules.md.'),
    about: setting(f.auditSubject('The one finding of it that is waived: its `about`, or its file; without it, all.')),
    reason: f.auditReason('Why it is as it should be.'),
    expires: f.day('AUD002', 'The first day on which it counts again.'),
  },
  'A finding of `pibake audit` that is as it should be, until a day.',
)

const words = (description: string) => setting(list(f.roleWord('A word of your own.'), description), [])

export const risk = section(
  {
    exposure: setting(oneOf(['offline', 'lan', 'internet'], 'Who reaches the device by a network.')),
    place: setting(oneOf(['locked', 'home', 'public'], 'Who reaches it by hand.')),
    holds: words('What somebody would want to have, e.g. credentials, personal-data.'),
    controls: words('What it moves in the world, e.g. door, heating, camera.'),
    shows: words('Where others see what it shows, e.g. public-display.'),
    talksTo: words('What can be reached from it that others cannot reach, e.g. router, nas.'),
    waivers: setting(list(waiver, 'What `pibake audit` does not count.'), []),
  },
  'What the device is for, by which `pibake audit` judges it; changes nothing on the device.',
)
