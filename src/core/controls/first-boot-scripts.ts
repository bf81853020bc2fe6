import type { Origin } from '../../base/report/origin.ts'
import type { Problem, SpecPath } from '../../base/report/report.ts'
import { directory, file, type Operation, remove } from '../plan/operation.ts'
import type { Spec } from '../spec-file/spec.ts'
import type { Context } from './control.ts'
import { rootFile, staleOnly } from './root-file.ts'

const ASK = '/etc/pibake/first-boot'
const RECORDS = '/var/lib/pibake/steps'
const LIMITS = `${ASK}/script-limits`
/**
 * For each half that runs scripts: gives them what owners expect a script of root to have, and lets the local half be run
 * before the network.
 */
const DROP_INS = ['pibake-firstboot', 'pibake-firstboot-network'].map(
  (unit) => `/etc/systemd/system/${unit}.service.d/pibake-scripts.conf`,
)

type Script = Spec['firstBoot']['scripts'][number]

/** What each time of a script is called on the device: a folder of first-boot, and the step that runs it. */
const STEPS = { last: 'scripts', network: 'scripts-network', 'before-network': 'scripts-before-network' } as const

/** The owner's scripts, numbered, so that the device runs them in the spec's order; those of an earlier plan go. */
export function scriptOperations(context: Context): Operation[] {
  const { scripts } = context.spec.firstBoot
  const width = Math.max(2, String(scripts.length).length)
  const numbered = scripts.map((script, index) => ({
    script,
    index,
    file: `${String(index + 1).padStart(width, '0')}-${script.name}`,
  }))
  const folders = (['last', 'network', 'before-network'] as const).flatMap((when) =>
    folder(
      when,
      numbered.filter(({ script }) => script.when === when),
      context,
    ),
  )
  return [...folders, ...limits(numbered, context), ...dropIns(context)]
}

interface Numbered {
  readonly script: Script
  readonly index: number
  readonly file: string
}

function folder(when: Script['when'], scripts: readonly Numbered[], { because, inventory }: Context): Operation[] {
  const step = STEPS[when]
  const place = `${ASK}/${step}`
  const files = scripts.map(({ script, index, file: name }) => {
    const origin = because(['firstBoot', 'scripts', index], WHEN[when])
    // It may hold a password for what it sets up.
    return file(`${place}/${name}`, script.content, { mode: 0o700, origin, secret: true })
  })
  const all = ['firstBoot', 'scripts'] as const
  const strangers = inventory.root
    .list(place)
    .map((name) => `${place}/${name}`)
    .filter((path) => !files.some((script) => script.path === path))
    .map((path): Operation => remove(path, { origin: because(all, 'not a script of this plan') }))
  const origin = because(all, 'the scripts that the first start runs')
  if (files.length === 0 && when !== 'last') return strangers
  // The plan's digest, by which the records are told, does not tell these scripts from others: they hold secrets.
  const again = files.length > 0 ? [remove(`${RECORDS}/${step}`, { origin })] : []
  return [directory(place, { origin, mode: 0o700 }), ...files, ...strangers, ...again]
}

const WHEN: Readonly<Record<Script['when'], string>> = {
  last: 'run once, after the other steps',
  network: 'run once, when there is a network',
  'before-network': 'run once, before there is a network',
}

/** NAME WHEN SECONDS RETRIES of all scripts, as soon as one has limits of its own; root alone may read their names. */
function limits(scripts: readonly Numbered[], { because, inventory }: Context): Operation[] {
  const origin = because(['firstBoot', 'scripts'], 'the limits of the scripts')
  if (!scripts.some(({ script }) => script.hasLimits)) return staleOnly(inventory.root, [LIMITS], origin)
  const lines = scripts.map(({ script, file: name, index }) => ({
    text: `${name} ${script.when} ${script.seconds} ${script.retries ?? '-'}\n`,
    origin: because(['firstBoot', 'scripts', index], 'when it is run, and how long and how often'),
  }))
  const content = new TextEncoder().encode(lines.map(({ text }) => text).join(''))
  const origins = new Map<number, Origin>(lines.map((line, i) => [i, line.origin]))
  return [file(LIMITS, content, { mode: 0o600, origin, lines: origins })]
}

function dropIns({ spec, because, inventory }: Context): Operation[] {
  const origin = because(['firstBoot', 'scripts'], 'scripts are run with all that a script of root has')
  return DROP_INS.flatMap((path, index): Operation[] => {
    const isBeforeNetwork = index === 0
    const isWanted = spec.firstBoot.scripts.some(({ when }) => (when === 'before-network') === isBeforeNetwork)
    if (!isWanted) return staleOnly(inventory.root, [path], origin)
    return [rootFile(path, { isBeforeNetwork }, origin, { template: DROP_INS[0] as string })]
  })
}

/** Scripts that the kernel would not run. */
export function scriptProblems({ spec }: Context): Problem[] {
  return spec.firstBoot.scripts.flatMap(({ content }, index) =>
    hashbangProblems(content, ['firstBoot', 'scripts', index]),
  )
}

/** A script is run by the program that its first line names; without one, or with a CR in it, it cannot be. */
function hashbangProblems(content: Uint8Array, path: SpecPath): Problem[] {
  const first = new TextDecoder().decode(content).split('\n', 1)[0] as string
  if (/^#! ?\/[^\r]*$/.test(first)) return []
  return [
    {
      severity: 'error',
      code: 'FBT001',
      path,
      message: first.endsWith('\r') ? 'the script has Windows line ends' : 'the script does not start with a #! line',
      hint: first.endsWith('\r') ? 'save it with LF line ends' : 'let it start with #!/bin/sh',
    },
  ]
}
