import { mkdirSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { packageRoot } from '../../src/base/host/assets.ts'
import { hostFacts } from '../system/support/host.ts'
import type { Architecture } from '../system/support/recipe.ts'
import type { Checked } from './checks.ts'
import { emulator, type Moment } from './guest.ts'
import type { Seen } from './probe.ts'
import type { Times } from './times.ts'

/** All that is known of one release on one architecture. */
export interface Result {
  readonly release: string
  readonly architecture: Architecture
  readonly kernel: string
  /** Of the guest's systemd and OpenSSH. */
  readonly versions: readonly string[]
  readonly checks: readonly Checked[]
  readonly probes: Readonly<Record<string, Seen>>
  /** What systemd says each start's time went to. */
  readonly analyses: Readonly<Record<string, readonly string[]>>
  /** First and second start; none when nothing was measured. */
  readonly times: Readonly<Record<string, Times>>
}

/** What can be run alone. */
export const PARTS = ['times', 'locked', 'delta', 'newcomer'] as const
type Part = (typeof PARTS)[number]

/**
 * Writes `test/boot/results/RELEASE-ARCHITECTURE-DATE`, as JSON and as text.
 *
 * @param part goes into the name before the date, when not all was run
 */
export function writeReport(result: Result, date: string, part?: Part): void {
  const machine = { ...hostFacts(emulator(result.architecture)), load: loadavg()[2] ?? 0 }
  const passed = result.checks.filter((check) => check.passed).length
  const count = { checks: result.checks.length, passed }
  const name = [result.release, result.architecture, ...(part === undefined ? [] : [part]), date].join('-')
  const place = join(packageRoot, 'test/boot/results', name)
  mkdirSync(join(packageRoot, 'test/boot/results'), { recursive: true })
  const document = { schema: 'pibake.boot/1', date, machine, count, ...result }
  writeFileSync(`${place}.json`, `${JSON.stringify(document, null, 1)}\n`)
  const head = `Real boots, ${result.release} on ${result.architecture}, ${date}
${machine.cpu}, ${machine.cores} cores, ${machine.distribution}; ${machine.qemu}, ${machine.acceleration}; load of 15 minutes ${machine.load}
guest: ${[`Linux ${result.kernel}`, ...result.versions].join(', ')}
${passed} of ${count.checks} checks passed
`
  writeFileSync(`${place}.txt`, [head, checkLines(result), probeLines(result), timeLines(result)].join('\n'))
}

const checkLines = ({ checks }: Result) =>
  checks
    .map(
      ({ name, passed, reason }) =>
        `${passed ? 'passed    ' : 'NOT PASSED'} ${name}${reason === undefined ? '' : `: ${reason}`}\n`,
    )
    .join('')

function probeLines({ probes }: Result): string {
  return Object.entries(probes)
    .map(([which, seen]) => {
      const ports = Object.entries(seen.ports).map(
        ([port, { asked, nobody, refused, silent, answered }]) =>
          `  port ${port}: asked ${asked}, before the emulator ran ${nobody}, refused ${refused}, silent ${silent}, ANSWERED ${answered}\n`,
      )
      const methods = Object.entries(seen.methods).map(([list, times]) => `${list} (${times})`)
      return `probe, ${which} start, ${seen.seconds} s; ${seen.logins} logins, sshd offered: ${methods.join(', ')}\n${ports.join('')}`
    })
    .join('')
}

function timeLines({ times }: Result): string {
  const list = (moments: readonly Moment[]) =>
    moments.map(({ seconds, cpuSeconds }) => `${seconds} (${cpuSeconds})`).join(', ')
  return Object.entries(times)
    .map(
      ([which, { baked, stock, ratio }]) =>
        `until sshd answers, ${which} start, seconds (of processor time): ratio of the medians ${ratio.seconds} (${ratio.cpuSeconds}); baked ${list(baked)}; unbaked ${list(stock)}\n`,
    )
    .join('')
}
