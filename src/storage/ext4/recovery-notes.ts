import type { Orphans } from './orphans.ts'
import type { Recovered } from './recovery.ts'

/** What was put in order when the file system was opened, in sentences. */
export function recoveryNotes(label: string, replayed: Recovered | undefined, orphans: Orphans): string[] {
  const { deleted, shortened } = orphans
  return [
    ...(replayed === undefined
      ? []
      : [
          `${label}: the root partition was not unmounted: its journal is replayed ` +
            `(${count(replayed.transactions, 'transaction')}, ${count(replayed.blocks, 'block')})`,
        ]),
    ...(deleted === 0
      ? []
      : [
          `${label}: ${count(deleted, 'file')} that had been deleted while in use: ${deleted === 1 ? 'its' : 'their'} space is free`,
        ]),
    ...(shortened === 0
      ? []
      : [`${label}: ${count(shortened, 'file')} that had been in the middle of a change of size: settled`]),
  ]
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}
