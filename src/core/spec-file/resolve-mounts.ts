import type { SpecPath } from '../../base/report/report.ts'
import { Secret } from '../../base/secret.ts'
import type { References } from './referenced-files.ts'
import type { FilledSpec } from './schema.ts'

/** A line of a file of credentials (mount.cifs(8)). */
const LINE = /^(?:(?:username|user|password|pass|domain|dom|workgroup)=.*)?$/

/** The mounts of a spec with their credentials read. */
export function resolveMounts(mounts: FilledSpec['mounts'], references: References) {
  return mounts.map(({ credentials, credentialsFile, ...mount }, i) => {
    const path: SpecPath = ['mounts', i]
    const found = references.secretOf('credentials', { source: credentials, file: credentialsFile }, path)
    if (found === undefined) return { ...mount, credentials: undefined }
    const lines = found.text.split(/\r?\n/)
    const has = (name: string) => lines.some((line) => line.startsWith(name))
    if (!lines.every((line) => LINE.test(line)) || !has('user') || !has('pass')) {
      const hint = 'a line username=NAME, a line password=PASSWORD, and domain=NAME where there is one'
      references.error('MNT004', found.path, `${found.called} is not a file of credentials for cifs`, hint)
    }
    return { ...mount, credentials: new Secret(`${lines.join('\n')}\n`) }
  })
}
