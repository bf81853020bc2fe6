import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { TargetError } from '../../../src/base/errors.ts'
import { packageRoot } from '../../../src/base/host/assets.ts'
import type { Behaviour, Release } from '../../../src/device/inspect/inventory.ts'
import type { MemoryTree } from '../../../src/storage/tree/memory.ts'
import { type Outcome, outcomeOf } from '../../support/plan.ts'
import { HASH, smallSpec } from '../../support/spec.ts'
import { runIn } from '../../system/support/chroot.ts'
import { debianRoot, discard, scratch } from '../../system/support/roots.ts'
import { EXTRA, PLACES, type SshdLine } from '../sshd-lines.ts'

/** Where the judge's clients come from. */
export const clients = ['192.0.2.2', '10.1.2.3', '203.0.113.7', '2001:db8::7'] as const

/** What real sshd did with one piece of configuration beside what pibake wrote for that image. */
export interface SshdTruth extends SshdLine {
  /** First 12 digits of the SHA-256 of pibake's own drop-in. */
  readonly ours: string
  /** Of `sshd -t`. */
  readonly starts: boolean
  readonly said: string
  /** What `sshd -T -C` prints for alice and would not print without the piece; a keyword with several lines has them all. */
  readonly inForce: Readonly<Record<string, readonly string[]>>
  /** Addresses from which the owner's key opened a shell. */
  readonly key: readonly string[]
  /** `USER ADDRESS`, whose password opened a shell. */
  readonly password: readonly string[]
}

const DROP_IN = '/etc/ssh/sshd_config.d/00-pibake.conf'
const truthFile = (release: Release) => join(packageRoot, `test/access/truth/sshd-lines-${release}.json`)

export function sshdTruth(release: Release): readonly SshdTruth[] {
  return JSON.parse(readFileSync(truthFile(release), 'utf8')) as SshdTruth[]
}

/** Asks sshd about what is new in the table, and about what pibake writes otherwise than when it was asked; `all`: everything. */
export function bringUpToDate(release: Release, lines: readonly SshdLine[], all: boolean): void {
  const known = new Map(sshdTruth(release).map((truth) => [truth.id, truth]))
  const isStale = (line: SshdLine) => {
    const ours = oursIn(outcomeWith(line, release))
    return ours !== undefined && digestOfOurs(ours) !== known.get(line.id)?.ours
  }
  const asked = judgeSshdLines(all ? lines : lines.filter((line) => !known.has(line.id) || isStale(line)), release)
  for (const truth of asked) known.set(truth.id, truth)
  const truths = lines.map(({ id }) => JSON.stringify(known.get(id)))
  writeFileSync(truthFile(release), `[\n${truths.join(',\n')}\n]\n`)
}

const behaviour: Readonly<Record<Release, Behaviour>> = { bookworm: 'bookworm-2025', trixie: 'trixie-2026' }

/**
 * pibake's outcome for a sample image with that piece in it, and with two others who have a password: mallory and root.
 * Undefined: it refuses to read the image.
 */
export function outcomeWith(line: SshdLine, release: Release): Outcome | undefined {
  try {
    return outcomeOf(smallSpec(), { behaviour: behaviour[release], tamper: (root) => plant(root, line) })
  } catch (error) {
    if (error instanceof TargetError) return undefined
    throw error
  }
}

function plant(root: MemoryTree, { place, text }: SshdLine): void {
  const path = PLACES[place]
  append(root, path, place === 'main' ? `\n${text}\n` : `${text}\n`)
  append(root, EXTRA.path, EXTRA.text)
  append(root, '/etc/passwd', 'mallory:x:1500:1500::/home/mallory:/bin/bash\n')
  append(root, '/etc/group', 'mallory:x:1500:\n')
  append(root, '/etc/shadow', `mallory:${HASH}:20000:0:99999:7:::\n`)
  append(root, '/etc/gshadow', 'mallory:!::\n')
  edit(root, '/etc/shadow', (shadow) => shadow.replace(/^root:[^:]*:/m, `root:${HASH}:`))
}

const append = (root: MemoryTree, path: string, text: string) => edit(root, path, (before) => before + text)

function edit(root: MemoryTree, path: string, change: (text: string) => string): void {
  const place = root.resolve(path)
  const node = root.nodes.get(place)
  const before = node?.kind === 'file' ? node : { kind: 'file' as const, mode: 0o644, uid: 0, gid: 0 }
  const content = new TextEncoder().encode(change(new TextDecoder().decode(root.read(path) ?? new Uint8Array())))
  root.nodes.set(place, { ...before, content })
}

/** What pibake writes into sshd_config.d of an image; undefined: it refuses to read the image. */
export function oursIn(outcome: Outcome | undefined): string | undefined {
  if (outcome === undefined) return undefined
  const own = outcome.plan?.operations.find((operation) => operation.path === DROP_IN)
  if (own?.kind !== 'file') throw new Error(`no ${DROP_IN} in the plan: ${JSON.stringify(outcome.problems)}`)
  return new TextDecoder().decode(own.content)
}

export const digestOfOurs = (ours: string) => createHash('sha256').update(ours).digest('hex').slice(0, 12)

/** Has the sshd of a release judge pieces of configuration, each beside what pibake writes for an image that has it. */
function judgeSshdLines(lines: readonly SshdLine[], release: Release): SshdTruth[] {
  const root = scratch(debianRoot(release, 'full'))
  try {
    const base: SshdLine = { id: 'nothing', place: 'after', text: '' }
    runIn(root, ['sh', '-euc', prepare, 'sh', HASH])
    const ours = (line: SshdLine) => oursIn(outcomeWith(line, release))
    const all = [base, ...lines].map((line) => ({ line, ours: ours(line) ?? ours(base) ?? '' }))
    for (const [index, { line, ours }] of all.entries()) lay(root, join('/tmp/lines', String(index)), line, ours)
    const script = readFileSync(join(packageRoot, 'test/access/support/sshd-driver.sh'), 'utf8')
    const answers = runIn(root, ['bash', '-uc', `tries=\n${script}`], { timeout: 3600 })
      .split('\u0001')
      .slice(1)
    if (answers.length !== all.length) throw new Error(`${answers.length} answers to ${all.length} lines`)
    const plain = settingsOf(answers[0] as string)
    return all.slice(1).map(({ line, ours }, index) => truthOf(line, ours, answers[index + 1] as string, plain))
  } finally {
    discard(root)
  }
}

const prepare = `
ssh-keygen -A
useradd --create-home --shell /bin/bash --groups sudo,users --password "$1" alice
useradd --create-home --shell /bin/bash --password "$1" mallory
usermod --password "$1" root
ssh-keygen -q -t ed25519 -N '' -f /root/alice
mkdir -p /home/alice/.ssh /etc/keys
cp /root/alice.pub /home/alice/.ssh/authorized_keys
chown -R alice: /home/alice
printf '#!/bin/sh\\necho correct horse\\n' >/root/ask
chmod 755 /root/ask`

function lay(root: string, folder: string, line: SshdLine, ours: string): void {
  const main = readFileSync(join(root, PLACES.main), 'utf8')
  const files: Record<string, string> = { [PLACES.main]: main, [DROP_IN]: ours, [EXTRA.path]: EXTRA.text }
  files[PLACES[line.place]] = line.place === 'main' ? `${main}\n${line.text}\n` : `${line.text}\n`
  for (const [path, text] of Object.entries(files)) {
    const place = join(root, folder, path.replace('/etc/', ''))
    mkdirSync(dirname(place), { recursive: true })
    writeFileSync(place, text)
  }
}

function truthOf(line: SshdLine, ours: string, answer: string, plain: Settings): SshdTruth {
  const [status, said = '', , logins = ''] = answer.split('\u0002')
  const inForce = Object.entries(settingsOf(answer)).filter(([key, v]) => `${plain[key]}` !== `${v}`)
  const got = logins
    .trim()
    .split('\n')
    .map((login) => login.split(' '))
  return {
    ...line,
    ours: digestOfOurs(ours),
    starts: status === '0',
    said: said.trim(),
    inForce: status === '0' ? Object.fromEntries(inForce) : {},
    key: clients.filter((address) => got.some(([how, , from]) => how === 'key' && from === address)),
    password: got
      .filter(([how]) => how === 'password')
      .map(([, user, from]) => `${user} ${from}`)
      .sort(),
  }
}

type Settings = Record<string, string[]>

/** `sshd -T`'s lines: keyword → its values. */
function settingsOf(answer: string): Settings {
  const settings: Settings = {}
  for (const line of (answer.split('\u0002')[2] ?? '').split('\n')) {
    const [, keyword = '', value = ''] = /^([a-z0-9]+) (.*)$/.exec(line) ?? []
    if (keyword !== '') settings[keyword] = [...(settings[keyword] ?? []), value]
  }
  return settings
}
