import { instanceOf, unitNameParts } from './unit-name.ts'
import type { Unit, Units } from './units.ts'
import { flagOf, lastOf, wordsOf } from './units.ts'

/** Why a unit is started: the unit that pulls it in, or the event that it waits for. */
export interface Started {
  readonly unit: Unit
  readonly by: string
}

/** Units that are ordered after what every one of these types needs (systemd.service(5), "Default Dependencies"). */
const WITH_SYSINIT = new Set(['service', 'socket', 'timer', 'path'])

/**
 * What the start transaction of `target` brings up, and what sockets, timers and paths among it start later. A unit whose
 * Requires= or BindsTo= is masked or not there is not started (systemd.unit(5)); systemd 252 starts it all the same.
 */
export function startedFrom(
  units: Units,
  target: string,
  wanted: readonly string[] = [],
): ReadonlyMap<string, Started> {
  const started = new Map<string, Started>()
  const whyNot = units.release === 'bookworm' ? unusable : failsToStart
  const queue: { name: string; by: string }[] = [target, ...wanted].map((name) => ({ name, by: target }))
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const unit = units.unit(next.name)
    if (started.has(unit.name) || whyNot(units, unit.name) !== undefined) continue
    started.set(unit.name, { unit, by: next.by })
    const pulled = [...pulledIn(unit), activated(unit)].filter((name) => name !== undefined)
    queue.push(...pulled.map((name) => ({ name, by: unit.name })))
  }
  return started
}

/** What a start of the unit starts with it. */
function pulledIn(unit: Unit): readonly string[] {
  return [
    ...requiredBy(unit),
    ...wordsOf(unit, 'Unit', 'Wants'),
    ...wordsOf(unit, 'Unit', 'Upholds'),
    ...wordsOf(unit, 'Service', 'Sockets'),
    ...unit.links.wants,
    ...unit.links.upholds,
  ]
}

function requiredBy(unit: Unit): readonly string[] {
  const type = unitNameParts(unit.name)?.type ?? ''
  const implied = WITH_SYSINIT.has(type) && flagOf(unit, 'Unit', 'DefaultDependencies') !== false
  return [
    ...(implied ? ['sysinit.target'] : []),
    ...wordsOf(unit, 'Unit', 'Requires'),
    ...wordsOf(unit, 'Unit', 'BindsTo'),
    ...unit.links.requires,
  ]
}

/** What a socket, timer or path starts when its event comes. */
export function activated(unit: Unit): string | undefined {
  const type = unitNameParts(unit.name)?.type ?? ''
  const own = unit.name.replace(/\.\w+$/, '.service')
  if (type === 'timer' || type === 'path')
    return wordsOf(unit, type === 'timer' ? 'Timer' : 'Path', 'Unit').at(-1) ?? own
  if (type !== 'socket') return undefined
  if (flagOf(unit, 'Socket', 'Accept') === true) return instanceOf(own.replace('.service', '@.service'), '0')
  return lastOf(unit, 'Socket', 'Service')?.value ?? own
}

/**
 * Why a start of the unit, asked for by name, fails at once; undefined: it will try. Devices, slices and scopes make
 * themselves.
 */
export function failsToStart(units: Units, name: string, above: readonly string[] = []): string | undefined {
  const unit = units.unit(name)
  if (above.includes(unit.name)) return undefined
  const own = unusable(units, name)
  if (own !== undefined) return own
  for (const required of requiredBy(unit)) {
    const why = failsToStart(units, required, [...above, unit.name])
    if (why !== undefined) return above.length === 0 ? `it needs ${required}, and ${why}` : why
  }
  return undefined
}

/** Why the unit itself cannot be started. */
function unusable(units: Units, name: string): string | undefined {
  const unit = units.unit(name)
  if (MAKE_THEMSELVES.has(unitNameParts(unit.name)?.type ?? '')) return undefined
  if (unit.state === 'masked') return `${unit.name} is masked`
  return unit.state === 'missing' ? `there is no ${unit.name}` : undefined
}

/** Mounts and swaps are made of fstab, too. */
const MAKE_THEMSELVES = new Set(['device', 'slice', 'scope', 'mount', 'swap', 'automount'])
