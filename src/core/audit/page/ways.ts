import type { WayIn } from '../../access/prove.ts'
import type { Proof } from '../../access/prove-target.ts'
import { meansText, rootText, sourcesText } from '../../access/way-words.ts'

/** A row of the table of those who get in. */
export interface WayRow {
  readonly user: string
  readonly how: string
  readonly from: string
  readonly root: string
}

/** Who gets in, how, from where, and what becomes of it, in words. */
export function wayRows({ intruders, unmadeInterfaces }: Proof): readonly WayRow[] {
  return intruders.map((way) => ({
    user: way.user,
    how: howText(way),
    from: way.by === 'console' ? 'at the device' : (sourcesText(way, unmadeInterfaces) ?? 'from everywhere'),
    root: way.filesIn === undefined ? rootText(way) : `files below ${way.filesIn} alone`,
  }))
}

function howText(way: WayIn): string {
  if (way.by === 'console') return 'console, password'
  return `${way.filesIn === undefined ? 'SSH' : 'sftp'}, port ${way.port}, ${meansText(way)}`
}
