import { createHash } from 'node:crypto'
import { TargetError } from '../../../src/base/errors.ts'
import { isInNetwork, isIP } from '../../../src/base/host/addresses.ts'
import type { Problem } from '../../../src/base/report/report.ts'
import type { Verdict, WayIn } from '../../../src/core/access/prove.ts'
import { parseSpec } from '../../../src/core/check/parse.ts'
import { compileFor, type Evaluation } from '../../../src/core/compile-for.ts'
import type { Plan } from '../../../src/core/plan/plan.ts'
import { MemoryTree } from '../../../src/storage/tree/memory.ts'
import type { Target } from '../../../src/storage/tree/tree.ts'
import type { LooseSpec } from '../../support/spec.ts'
import { type Client, clients } from './site.ts'

/** What pibake says of a state, reduced to what a login can contradict. */
export interface Claim {
  /** As `pibake apply` would end: done, a spec or image that is refused, a lock-out (or what cannot be judged). */
  readonly exit: 0 | 2 | 3 | 5
  /** Codes of all errors, and of what locks out. */
  readonly codes: readonly string[]
  /** Codes of what it says it cannot judge. */
  readonly unproved: readonly string[]
  /** From where the owner's key gets in, and whether that of the user without sudo does from the LAN. */
  readonly key: { readonly alice: readonly Client[]; readonly bob: boolean }
  /** What sudo asks the owner for. */
  readonly sudo: 'free' | 'password' | 'no'
  readonly console: boolean
  /** Who else gets in, or up. */
  readonly others: readonly string[]
  /** First 12 digits of the SHA-256 of what pibake writes that a login meets; empty: it makes no plan. */
  readonly written: string
}

/** What a state of the corpus comes to before anything is written. */
export interface Judged {
  readonly claim: Claim
  /** Undefined: there is no plan, so no device either. */
  readonly evaluation: Evaluation | undefined
}

/** Holds the spec against the image, as `pibake plan` does. */
export function judge(spec: LooseSpec, target: Target): Judged {
  const today = new Date().toISOString().slice(0, 10)
  const host = {
    read: () => ({ failure: 'no such file' }),
    verify: () => 'not looked at',
    unpack: () => new MemoryTree('deb'),
    ask: () => ({ failure: 'not asked' }),
  }
  const parsed = parseSpec(new TextEncoder().encode(JSON.stringify(spec)), 'site.yaml', host, today)
  if (parsed.spec === undefined) return { claim: refused(2, parsed.problems), evaluation: undefined }
  try {
    const evaluation = compileFor(parsed.spec, target, {
      locate: parsed.locate,
      specDigest: parsed.digest,
      epoch: undefined,
      today,
      allowBooted: false,
    })
    const claim = claimOf([...parsed.problems, ...evaluation.problems], evaluation.verdict)
    return { claim: { ...claim, written: digestOf(evaluation.plan) }, evaluation }
  } catch (error) {
    if (!(error instanceof TargetError)) throw error
    // Its label is a folder of this run, which the results are not about.
    return {
      claim: refused(3, [], error.message.replace(/\S*\/pibake-root-\w+\/root/g, 'ROOT')),
      evaluation: undefined,
    }
  }
}

const MET = /^\/etc\/(ssh|sudoers\.d|pam\.d|security|default|ufw)\//

/** A device that was tried is one of today as long as this is the same: the settings that programs of the login read. */
function digestOf(plan: Plan): string {
  const hash = createHash('sha256')
  for (const operation of plan.operations) {
    if (!MET.test(operation.path)) continue
    hash.update(`${operation.kind} ${operation.path}\n`)
    if (operation.kind === 'file') hash.update(operation.content)
  }
  return hash.digest('hex').slice(0, 12)
}

const isError = ({ severity }: Problem) => severity === 'error'

function refused(exit: 2 | 3, problems: readonly Problem[], because?: string): Claim {
  const codes = because === undefined ? problems.filter(isError).map(({ code }) => code) : [because]
  return {
    exit,
    codes,
    unproved: [],
    key: { alice: [], bob: false },
    sudo: 'no',
    console: false,
    others: [],
    written: '',
  }
}

function claimOf(problems: readonly Problem[], verdict: Verdict): Omit<Claim, 'written'> {
  const errors = problems.filter(isError)
  const unproved = verdict.unproved.map(({ code }) => code)
  const exit = errors.some(({ lockout }) => lockout !== true)
    ? 2
    : errors.length + verdict.lockouts.length + unproved.length > 0
      ? 5
      : 0
  const of = (user: string, by: WayIn['by']) => verdict.ways.filter((way) => way.user === user && way.by === by)
  const from = (user: string) =>
    (Object.keys(clients) as Client[]).filter((c) =>
      of(user, 'key').some((w) => admits(w, clients[c].address, clients[c].interface)),
    )
  const best = verdict.ways.filter(({ user }) => user === 'alice').map(({ root }) => root)
  return {
    exit,
    codes: [...errors.map(({ code }) => code), ...verdict.lockouts.map(({ code }) => code)],
    unproved,
    key: { alice: from('alice'), bob: from('bob').includes('lan') },
    sudo: best.includes('asks for nothing') ? 'free' : best.includes('asks for the password') ? 'password' : 'no',
    console: of('alice', 'console').length > 0,
    others: [
      ...verdict.open.map(({ code, way, user }) => `${user ?? 'somebody'} by ${way} (${code})`),
      ...verdict.intruders.map((way) => `${way.user} by ${way.by}`),
      ...verdict.ways.filter(({ by }) => by === 'password').map((way) => `${way.user} by password`),
      ...verdict.ways.filter(({ user, root }) => user === 'bob' && root !== 'no').map(() => 'bob up'),
    ],
  }
}

/** Whether a way is said to be open from an address, through an interface of the device. */
export function admits(way: WayIn, address: string, through: string): boolean {
  const { except, interfaces, exceptInterfaces } = way
  const holds = (network: string) => isInside(address, network)
  const isFrom = way.from === 'everywhere' || way.from.some(holds)
  const isThrough = (names: readonly string[]) => names.some((name) => covers(name, through))
  return (
    isFrom && !except.some(holds) && (interfaces === undefined || isThrough(interfaces)) && !isThrough(exceptInterfaces)
  )
}

/** ufw's `eth+` is every name that begins so. */
const covers = (pattern: string, name: string) =>
  pattern.endsWith('+') ? name.startsWith(pattern.slice(0, -1)) : pattern === name

/** A network, or a pattern of addresses such as `10.*`. */
function isInside(address: string, network: string): boolean {
  if (/[*?]/.test(network)) return matchesOf(network).test(address)
  const [base = '', length] = network.split('/')
  const family = isIP(base)
  if (family === 0 || family !== isIP(address)) return false
  return isInNetwork(address, base, length === undefined ? (family === 6 ? 128 : 32) : Number(length))
}

const matchesOf = (pattern: string) =>
  new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.')}$`)
