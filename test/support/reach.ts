import { type Reach, spelled } from '../../src/device/net/reach.ts'

/** A reach through any interface, as `from` and `except` of a way in have it. */
export function spelledReach(reach: Reach): { from: 'everywhere' | readonly string[]; except: readonly string[] } {
  const [part, ...more] = reach.map(spelled)
  if (more.length > 0) throw new Error('it differs by interface')
  return part === undefined ? { from: [], except: [] } : { from: part.from, except: part.except }
}
