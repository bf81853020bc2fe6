import * as f from '../fields.ts'
import { list } from '../values.ts'

export const include = list(
  f.referenced('A spec file, by its path from this one.'),
  'Spec files that this one is laid over, the first undermost.',
)
