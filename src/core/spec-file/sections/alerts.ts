import * as f from '../fields.ts'
import { secretSource } from '../secret-source.ts'
import { list, section, setting } from '../values.ts'

export const alerts = section(
  {
    to: setting(list(f.mailAddress('A mail address.'), 'Who gets mail, by the mail program of the device.'), []),
    webhook: setting(
      secretSource('An https:// address that takes a POST of JSON, from a file, a variable or a program.'),
    ),
    webhookFile: setting(f.referenced('A file with an https:// address that takes a POST of JSON.')),
  },
  'Who is notified of what happens on the device.',
)
