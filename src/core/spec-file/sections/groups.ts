import * as f from '../fields.ts'
import { flag, list, section, setting, whole } from '../values.ts'

const group = section(
  {
    name: f.groupName('Name of the group.'),
    gid: setting(
      whole(
        100,
        60_000,
        'USR011',
        'Its number: 100 to 999 with `system: true`, else 1000 to 60000; by default a free one.',
      ),
    ),
    system: setting(flag('A group of the system, such as that of a daemon: its number is below 1000.'), false),
  },
  'A group of the device.',
)

export const groups = list(group, 'Groups that the device has beside those of the image and of each user.')
