import { utf8 } from '../../base/host/bytes.ts'
import { keyOf, type Problem, type SpecPath } from '../../base/report/report.ts'
import { Secret } from '../../base/secret.ts'
import { type ParsedSpec, parseSpec } from '../check/parse.ts'
import { COUNTRY, type Fact, type FactPath, type Findings, type Left, pathText, userOf } from '../foreign/fact.ts'
import { HIDDEN } from '../spec-file/yaml.ts'
import { comparedText, gathered } from './gather.ts'
import { type SecretText, type SpecText, specText } from './spec-text.ts'

/** Who owns the device where no file names anybody. */
interface Fallback {
  readonly name: string
  readonly publicKey: string | undefined
}

export interface Imported {
  /** YAML. */
  readonly text: string
  readonly secrets: readonly SecretText[]
  readonly leaves: SpecText['leaves']
  readonly left: readonly Left[]
  /** The spec as `pibake check` reads it; without errors but lock-outs. */
  readonly checked: ParsedSpec
}

export interface ImportOptions {
  /** What the spec will be called. */
  readonly file: string
  readonly today: string
  readonly fallback: Fallback
  /** Where the radio is used, where no file says it. */
  readonly country?: string | undefined
}

/** Where what no file says comes from. */
const HERE = { file: 'pibake import', line: 0 }

/**
 * One spec of what all files say. What the spec's own rules refuse is left, with their words.
 *
 * @throws ImportError when two files contradict each other
 */
export function importedSpec(findings: readonly Findings[], options: ImportOptions): Imported {
  const left = findings.flatMap((found) => found.left)
  const said = findings.flatMap((found) => found.facts)
  const refused = [...placesOf(said.filter(isHidden), 'it holds a character that nobody sees')]
  let facts: readonly Fact[] = said.filter((fact) => !isHidden(fact))
  for (;;) {
    const all = completed(facts, options)
    const written = specText(gathered(all), headerOf(findings, all))
    const checked = parseSpec(utf8(written.text), options.file, hostOf(written), options.today)
    const errors = checked.problems.filter(({ severity, lockout }) => severity === 'error' && lockout !== true)
    const [error] = errors
    if (error === undefined) return { ...written, left: [...left, ...refused, ...passwordless(all)], checked }
    const there = new Set(facts)
    for (const one of errors.filter((other) => isLike(other, error))) {
      // Others say the same, and would take its place.
      const said = new Set(factsAt(written, one.path).map(whatItSays))
      const bad = facts.filter((fact) => said.has(whatItSays(fact)) && there.delete(fact))
      const hint = one.path.at(-1) === 'country' ? ': --wifi-country says it' : ''
      refused.push(...placesOf(bad, `${one.message}${hint}`))
    }
    if (there.size === facts.length) throw new Error(`${keyOf(error.path)}: ${error.code} ${error.message}`)
    facts = facts.filter((fact) => there.has(fact))
  }
}

/** Whether its text would hold what no spec may: of such characters YAML escapes those alone that JSON does. */
function isHidden({ path, value }: Fact): boolean {
  // A secret goes to a file of its own; the item that it belongs to is named in the spec.
  const said = value instanceof Secret ? path : [path, value]
  return JSON.stringify(said).search(HIDDEN) !== -1
}

function whatItSays({ path, value }: Fact): string {
  return `${pathText(path)}\0${comparedText(value)}`
}

/** The same fault of another item of the same list: a file may have thousands. What else is wrong may follow from the first. */
function isLike(other: Problem, error: Problem): boolean {
  const isItem = typeof error.path.at(-1) === 'number'
  return (
    other === error ||
    (isItem && other.code === error.code && keyOf(other.path.slice(0, -1)) === keyOf(error.path.slice(0, -1)))
  )
}

/** Lists of which an item is nothing without all that is said of it: without its password a network would be an open one. */
const WHOLE: ReadonlySet<unknown> = new Set(['networks', 'wired', 'files'])

/** The facts that a problem is about: of the value itself, of its whole item, of all of its section. */
function factsAt({ leaves }: SpecText, path: SpecPath): readonly Fact[] {
  const isWithin = (inner: SpecPath, outer: SpecPath) => outer.every((step, i) => inner[i] === step)
  const exact = leaves.filter((leaf) => isWithin(path, leaf.path))
  const item = exact.flatMap((leaf) => itemOf(leaf.path) ?? [])[0]
  for (let above: SpecPath = item ?? path; above.length > 0; above = above.slice(0, -1)) {
    const here = item === undefined && exact.length > 0 ? exact : leaves.filter((leaf) => isWithin(leaf.path, above))
    if (here.length > 0) return here.map(({ fact }) => fact.from ?? fact)
  }
  return []

  function itemOf(at: SpecPath): readonly SpecPath[] | undefined {
    const index = at.findIndex((step, i) => typeof step === 'number' && (WHOLE.has(at[i - 1]) || at[i + 1] === 'name'))
    return index === -1 ? undefined : [at.slice(0, index + 1)]
  }
}

/** One line for each place. */
function placesOf(facts: readonly Fact[], why: string): readonly Left[] {
  const places = new Map(facts.map((fact) => [`${fact.at.file}:${fact.at.line}`, fact]))
  return [...places.values()].map(({ at, path }) => ({ at, what: pathText(path), why }))
}

/** What follows from all files together, and what a spec needs beyond them. */
function completed(said: readonly Fact[], { fallback, country }: ImportOptions): readonly Fact[] {
  const add = (path: FactPath, value: Fact['value'], at = HERE): Fact => ({ path, value, at, does: 'suppose' })
  const owner = said.some((fact) => userIn(fact) !== undefined) ? [] : ownerFacts(fallback)
  // That SSH is off where nothing switches it on is for an owner with a password, at the console.
  const facts = [
    ...said.filter(({ path, does }) => owner.length === 0 || does !== 'suppose' || path[0] !== 'ssh'),
    ...owner,
  ]
  const names = [...new Set(facts.flatMap((fact) => userIn(fact) ?? []))]
  const ofUser = (name: string, key: string) => facts.find((fact) => userIn(fact) === name && fact.path[2] === key)
  const keyless = names.flatMap((name) => {
    const key = ofUser(name, 'authorizedKeys')
    // There is no password that sudo could ask for.
    return key === undefined || ofUser(name, 'passwordHash') !== undefined
      ? []
      : [add([...userOf(name), 'sudo'], 'nopasswd', key.at)]
  })
  const on = facts.find(({ path, value }) => path.join() === 'ssh,enabled' && value === true)
  const hasKey = facts.some(({ path }) => path.at(-1) === 'authorizedKeys')
  // Debian's sshd takes passwords: without a key they are the only way in.
  const passwords = on === undefined || hasKey ? [] : [add(['ssh', 'passwordAuthentication'], true, on.at)]
  const stock = facts.find((fact) => userIn(fact) === 'pi')
  const isWireless = facts.some(({ path }) => path[1] === 'wifi')
  return [
    ...facts,
    ...keyless,
    ...passwords,
    ...(stock === undefined ? [] : [add(['defaultUser'], 'keep', stock.at)]),
    ...(country === undefined || !isWireless ? [] : [add(COUNTRY, country)]),
  ]
}

/** Whose sudo asks for nothing because no password is known. */
function passwordless(facts: readonly Fact[]): readonly Left[] {
  return facts
    .filter((fact) => fact.does === 'suppose' && fact.path[2] === 'sudo')
    .map((fact) => ({
      at: fact.at,
      what: `a password for ${userIn(fact)}`,
      why: 'none is known, so sudo asks for none (nopasswd); pibake hash-password makes a hash of one',
    }))
}

function userIn({ path: [first, item] }: Fact): string | undefined {
  return first === 'users' && typeof item === 'object' ? item.value : undefined
}

function ownerFacts({ name, publicKey }: Fallback): readonly Fact[] {
  const said: Fact = { path: [...userOf(name), 'name'], value: name, at: HERE, does: 'set' }
  if (publicKey === undefined) return [said]
  return [said, { path: [...userOf(name), 'authorizedKeys'], value: publicKey, at: HERE, does: 'add' }]
}

function headerOf(findings: readonly Findings[], all: readonly Fact[]): readonly string[] {
  const files = [...new Set(findings.flatMap((found) => found.facts.map(({ at }) => at.file)))]
  return [
    `Made by pibake import from ${files.join(', ') || 'files that say nothing to a spec'}: behind each value the line that it comes from.`,
    'What is not said here has the defaults of pibake (docs/spec.md).',
    ...(all.some(({ path, at }) => path[0] === 'users' && at === HERE)
      ? ['No file names a user: the owner is who ran pibake import.']
      : []),
  ]
}

function hostOf({ secrets }: SpecText): Parameters<typeof parseSpec>[2] {
  const reason = 'an import names no such file'
  return {
    read: (path) => {
      const found = secrets.find(({ file }) => file === path)
      return found === undefined ? { failure: reason } : { bytes: utf8(`${found.secret.reveal()}\n`), readByAll: false }
    },
    verify: () => reason,
    unpack: () => reason,
    ask: () => ({ failure: reason }),
  }
}
