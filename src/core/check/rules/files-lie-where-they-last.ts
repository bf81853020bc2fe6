import { closedFolder } from './closed-folders.ts'
import type { Rule } from './rule.ts'

/** A file of the spec is there when the device runs, and stays. */
export const filesLieWhereTheyLast: Rule = {
  reads: ['files'],
  check({ spec }, report) {
    for (const [i, { path }] of spec.files.entries()) {
      const closed = closedFolder(path)
      if (closed === undefined) continue
      report.error('FIL012', ['files', i, 'path'], `files[${i}].path: ${closed.folder} ${closed.why}`, closed.hint)
    }
  },
}
