import type { Started } from './started.ts'
import { unitNameParts } from './unit-name.ts'
import { flagOf, type Unit, type Units, wordsOf } from './units.ts'

/**
 * The units whose start has to end before that of a unit begins: as After= and Before= order what is started, with the
 * order that systemd adds to services and targets by itself (systemd.service(5) and systemd.target(5), "Default
 * Dependencies").
 *
 * @param started what the device starts
 */
export function startedBefore(units: Units, started: ReadonlyMap<string, Started>, name: string): readonly Unit[] {
  const earlier = new Map<string, string[]>()
  for (const { unit } of started.values()) {
    for (const later of wordsOf(unit, 'Unit', 'Before')) {
      const id = units.unit(later).name
      earlier.set(id, [...(earlier.get(id) ?? []), unit.name])
    }
  }
  const found = new Map<string, Unit>()
  const queue = [units.unit(name).name]
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const unit = started.get(next)?.unit
    if (unit === undefined) continue
    for (const one of [...afterOf(units, unit), ...(earlier.get(next) ?? [])]) {
      const before = started.get(units.unit(one).name)?.unit
      if (before === undefined || found.has(before.name)) continue
      found.set(before.name, before)
      queue.push(before.name)
    }
  }
  return [...found.values()]
}

function afterOf(units: Units, unit: Unit): readonly string[] {
  return [...wordsOf(unit, 'Unit', 'After'), ...(hasDefaults(unit) ? impliedAfter(units, unit) : [])]
}

function impliedAfter(units: Units, unit: Unit): readonly string[] {
  const type = unitNameParts(unit.name)?.type
  if (type === 'service') return ['sysinit.target', 'basic.target']
  if (type !== 'target') return type === 'socket' || type === 'timer' || type === 'path' ? ['sysinit.target'] : []
  const needed = [...wordsOf(unit, 'Unit', 'Wants'), ...wordsOf(unit, 'Unit', 'Requires')]
  const all = [...needed, ...unit.links.wants, ...unit.links.requires]
  return all.filter((name) => hasDefaults(units.unit(name)))
}

function hasDefaults(unit: Unit): boolean {
  return flagOf(unit, 'Unit', 'DefaultDependencies') !== false
}
