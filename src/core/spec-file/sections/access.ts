import * as v from 'valibot'
import { isUnproved } from '../../../base/report/codes.ts'
import * as f from '../fields.ts'
import { list, section, setting } from '../values.ts'

export const access = section(
  {
    accept: v.pipe(
      setting(
        list(
          f.unprovedCode('A code from ACC050 to ACC060.'),
          'What pibake cannot judge in the image, and you have looked at yourself.',
        ),
        [],
      ),
      v.transform((codes) => codes.filter(isUnproved)),
    ),
  },
  'The proof of who gets in.',
)
