import type { Certificate } from '../../base/host/certificates.ts'
import type { SpecPath } from '../../base/report/report.ts'
import { type CertificateFault, readAuthorities } from '../../device/formats/certificates.ts'
import type { References } from './referenced-files.ts'
import type { FilledSpec } from './schema.ts'

/** The authorities of a spec, by its files. */
export function resolveAuthorities(files: FilledSpec['device']['caCertificates'], references: References) {
  return files.map(
    (file, i) => certificatesIn(file, ['device', 'caCertificates', i], readAuthorities, references) ?? [],
  )
}

/** The certificates of a file; what is wrong with them is reported, and then there are none. */
export function certificatesIn(
  file: string,
  path: SpecPath,
  read: (text: string) => readonly Certificate[] | CertificateFault,
  references: References,
): readonly Certificate[] | undefined {
  const text = references.text(file, path)
  if (text === undefined) return undefined
  const found = read(text)
  if (!('message' in found)) return found
  references.error('NET011', path, `${file} ${found.message}`, found.hint)
  return undefined
}
