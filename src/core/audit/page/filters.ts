import { LEVELS } from '../risk.ts'
import { type Path, rules } from '../rules.ts'
import { BY } from '../scale.ts'
import { type Numbered, STATUSES } from './numbering.ts'

/** Findings that are shown or hidden together. */
interface Choice {
  readonly id: string
  readonly text: string
  readonly count: number
}

export interface Filter {
  readonly legend: string
  readonly choices: readonly Choice[]
}

const PATHS: readonly Path[] = ['network', 'local', 'hands', 'copy']

/** By what the list can be narrowed; what would leave it as it is, is not offered. */
export function filtersOf(entries: readonly Numbered[]): readonly Filter[] {
  const choices = <T extends string>(
    all: readonly T[],
    has: (one: Numbered) => T | undefined,
    text = String as (one: T) => string,
  ) =>
    all
      .map((one) => ({ id: one, text: text(one), count: entries.filter((entry) => has(entry) === one).length }))
      .filter(({ count }) => count > 0)
  return [
    { legend: 'Level', choices: choices([...LEVELS].reverse(), ({ finding }) => finding.level) },
    {
      legend: 'Somebody comes',
      choices: choices(
        PATHS,
        ({ finding }) => rules[finding.rule].by,
        (path) => BY[path],
      ),
    },
    { legend: 'With the change', choices: choices(STATUSES, ({ status }) => status) },
  ].filter((filter) => filter.choices.length > 1)
}
