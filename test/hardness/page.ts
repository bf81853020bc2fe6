import { waived } from '../../src/core/audit/benchmark.ts'
import { type Benchmark, POLICY, percent } from './readings.ts'
import { PROFILES, type Verdict } from './trial.ts'

const PLACES = {
  container: 'In a container (systemd-nspawn): its kernel has no AppArmor of its own and takes no kernel settings.',
  emulator: 'In the emulator (QEMU), with the kernel of the release; from inside alone, by sudo.',
}
type Place = keyof typeof PLACES

/** What is stored of one release. */
export interface Results {
  readonly schema: 'pibake.hardness/1'
  readonly date: string
  readonly release: string
  readonly commit: string
  readonly machine: string
  /** Where the devices ran. */
  readonly place: Place
  /** Judge → version. */
  readonly judges: Readonly<Record<string, string>>
  readonly verdicts: readonly Verdict[]
}

/** The results as a page of Markdown, with every rule that is left. */
export function pageOf(results: Results): string {
  const { release, date, commit, machine, place, judges, verdicts } = results
  const row = (name: string, cell: (verdict: Verdict) => string | number) =>
    `| ${[name, ...verdicts.map(cell)].join(' | ')} |`
  return [
    `# What outside judges say of a booted ${release}`,
    '',
    `${date}, commit ${commit}. ${machine}. ${PLACES[place]} First start finished, started once more, then judged.`,
    '',
    Object.entries(judges)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
    '',
    row('', ({ what }) => what),
    `|${'---|'.repeat(verdicts.length + 1)}`,
    row('lynis index', ({ lynis }) => lynis.index),
    ...Object.keys(PROFILES).map((name) =>
      row(`${name}: share of passed, %`, ({ benchmarks }) => shareText(benchmarks[name])),
    ),
    row('CIS L1 Server, without the rules that docs/hardness.md leaves open, %', ({ benchmarks }) =>
      withoutWaived(benchmarks['CIS L1 Server']),
    ),
    row('ssh-audit failures / warnings', ({ ssh }) =>
      ssh === undefined ? '-' : `${ssh.failures.length} / ${ssh.warnings.length}`,
    ),
    row(`ssh-audit, ${POLICY}`, ({ ssh }) =>
      ssh === undefined ? '-' : ssh.policies[POLICY]?.length === 0 ? 'passed' : 'fails',
    ),
    ...Object.keys(verdicts[0]?.open ?? {}).map((from) =>
      row(`open, ${from}`, ({ open }) => open?.[from]?.join(', ') || 'nothing'),
    ),
    row('units that failed', ({ failedUnits }) => failedUnits.join(', ') || 'none'),
    row('most exposed unit of pibake', ({ exposure }) => Math.max(0, ...Object.values(exposure)) || '-'),
    '',
    ...verdicts.flatMap(sectionOf),
  ].join('\n')
}

function shareText(benchmark: Benchmark | undefined): string {
  if (benchmark === undefined) return '-'
  const { pass = 0, fail = 0, notapplicable = 0 } = benchmark.counts
  return `${benchmark.share} (${pass} of ${pass + fail}; ${notapplicable} not applicable)`
}

function withoutWaived(benchmark: Benchmark | undefined): string {
  if (benchmark === undefined) return '-'
  const { pass = 0, fail = 0 } = benchmark.counts
  const open = benchmark.failed.filter((rule) => Object.hasOwn(waived, rule)).length
  return `${percent(pass, pass + fail - open)} (${pass} of ${pass + fail - open}; ${open} left open)`
}

function sectionOf({ what, exposure, lynis, benchmarks, ssh, versions }: Verdict): readonly string[] {
  const lists: readonly (readonly [title: string, entries: readonly string[]])[] = [
    ['Exposure of units', Object.entries(exposure).map(([unit, value]) => `${unit}: ${value}`)],
    ['lynis', lynis.findings],
    ...Object.entries(benchmarks).map(([name, { failed }]): [string, readonly string[]] => [name, failed]),
    ['Rules that OpenSCAP could not evaluate', Object.values(benchmarks).flatMap(({ errors }) => errors)],
    ['ssh-audit', [...(ssh?.failures ?? []), ...(ssh?.warnings ?? [])]],
    [`ssh-audit, ${POLICY}`, ssh?.policies[POLICY] ?? []],
  ]
  return [
    `## Left: ${what}`,
    '',
    versions.join('; '),
    '',
    ...lists.flatMap(([title, entries]) =>
      entries.length === 0 ? [] : [`### ${title}: ${entries.length}`, '', ...entries.map((entry) => `- ${entry}`), ''],
    ),
  ]
}
