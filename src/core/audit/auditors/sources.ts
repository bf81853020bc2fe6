import { apt } from '../../undone/apt.ts'
import { linesOf } from '../../undone/assignment.ts'
import type { Auditor, Sighting } from '../finding.ts'

const PARTS = '/etc/apt/sources.list.d'

/** An option by which apt takes a source without a signature, in one line or in deb822 (sources.list(5)). */
const UNSIGNED =
  /^deb\b.*\[[^\]]*\b(?:trusted|allow-insecure)=(?:yes|true|on|1)\b|^(?:Trusted|Allow-Insecure):\s*(?:yes|true|on|1)\s*$/i

/** A longer line is not one of apt's, and the pattern would take long for it. */
const LONGEST = 4000

/** apt.conf(5), lower case: by which apt takes every source without one. */
const EVERY = ['apt::get::allowunauthenticated', 'acquire::allowinsecurerepositories']

/** Sources of packages of which nobody has to be the signer. */
export const sources: Auditor = ({ device: { root, boot, release } }) => {
  const files = ['/etc/apt/sources.list', ...root.list(PARTS).map((name) => `${PARTS}/${name}`)]
  const lines = files
    .filter((file) => /\.(?:list|sources)$/.test(file))
    .flatMap((file) => linesOf(root, file).map((line) => ({ file, ...line })))
    .filter(({ text }) => text.length <= LONGEST && UNSIGNED.test(text))
    .map(({ file, line }) => sighting(file, file, line, 'apt takes its packages without a signature'))
  const assigned = apt.read({ root, boot, release })
  const every = EVERY.flatMap((key) => {
    const last = assigned.findLast((one) => one.key === key)
    if (last === undefined || /^(?:0|no|false|off|without|disable)$/i.test(last.value)) return []
    return [sighting(key, last.file, last.line, 'apt takes packages of every source without a signature')]
  })
  return [...lines, ...every]
}

function sighting(subject: string, file: string, line: number, because: string): Sighting {
  const cure = {
    cannot: `take line ${line} out of ${file} in the image; packages.sources adds sources with their keys`,
  }
  return { rule: 'unsigned-source', subject, at: { file, line }, because, cure }
}
