import type { Auditor } from '../finding.ts'
import { placed } from '../places.ts'

const WORLD = 0o002
const STICKY = 0o1000

/** What every account and every program may change, where it is not one's own: the proof names what root goes by. */
export const writable: Auditor = ({ device: { root }, proof }) => {
  const seen = new Set(proof.open.map(({ at }) => at?.file))
  return placed(root).flatMap(({ path, entry }) => {
    if (entry.kind !== 'file' && entry.kind !== 'directory') return []
    const isOpen = (entry.mode & WORLD) !== 0 && !(entry.kind === 'directory' && (entry.mode & STICKY) !== 0)
    if (!isOpen || seen.has(path)) return []
    const because = `its mode is ${(entry.mode & 0o7777).toString(8).padStart(4, '0')}`
    const cure = { cannot: `take the bit from it in the image: chmod o-w ${path}` }
    return [{ rule: 'world-writable', subject: path, at: { file: path, line: undefined }, because, cure }]
  })
}
