import * as v from 'valibot'
import * as f from '../fields.ts'
import { secretSource } from '../secret-source.ts'
import { list, section, setting, text } from '../values.ts'

const file = section(
  {
    path: f.devicePath('FIL010', 'Absolute path on the device.'),
    content: setting(
      v.union([
        text('The text of the file.'),
        secretSource('A secret: the whole content of a file that not all may read.'),
      ]),
    ),
    source: setting(f.referenced('A file beside the spec, copied byte by byte.')),
    mode: setting(f.fileMode('Permissions, octal, in quotes.'), '0644'),
    owner: setting(f.accountName('User that owns the file.'), 'root'),
    group: setting(f.accountName('Group that owns the file.'), 'root'),
  },
  'A further file: either `content` or `source`.',
)

export const files = list(file, 'Further files.')
