/** 1980-01-01T00:00:00Z and 2107-12-31T23:59:58Z: what FAT can say, in seconds since 1970. */
const FIRST = 315_532_800
const LAST = 4_354_819_198

/** A time as FAT has it, in two fields of 16 bits. */
export interface FatTime {
  /** Years since 1980 (7 bits), month from 1 (4), day (5). */
  readonly date: number
  /** Hours (5 bits), minutes (6), seconds / 2 (5). */
  readonly time: number
}

/**
 * FAT knows no time zone; here it is always UTC, so that the same edit gives the same bytes everywhere. Odd seconds are
 * rounded down, times that FAT cannot say are moved to the nearest that it can.
 *
 * @param epoch seconds since 1970
 */
export function fatTime(epoch: number): FatTime {
  const at = new Date(Math.min(Math.max(Math.floor(epoch), FIRST), LAST) * 1000)
  return {
    date: ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate(),
    time: (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1),
  }
}
