import { dirname } from 'node:path'
import { reportLines } from '../../src/base/report/print.ts'
import type { Verdict } from '../../src/core/access/prove.ts'
import { parseSpec } from '../../src/core/check/parse.ts'
import { compileFor } from '../../src/core/compile-for.ts'
import { accessReport } from '../../src/core/presentation/access-report.ts'
import type { Spec } from '../../src/core/spec-file/spec.ts'
import { samplePiOs } from '../../src/sample/sample.ts'
import { MemoryTree } from '../../src/storage/tree/memory.ts'
import { AUTHORITY, CERTIFICATE } from './certificates.ts'
import { HASH, KEYS, TODAY } from './spec.ts'

/** What a test holds a page of docs/errors to: its first YAML block provokes the code, its second does not. */
export interface ErrorPage {
  readonly text: string
  /** Undefined: the page has no spec that provokes the code. Without `right` it is the image that is put right. */
  readonly example: { readonly wrong: string; readonly right?: string; readonly command: Command } | undefined
  /** Files that the page shows: beside the spec, or of the image (`/etc/passwd`, `boot:/cmdline.txt`). */
  readonly files: readonly Shown[]
}

type Command = 'check' | 'plan'

interface Shown {
  readonly path: string
  /** It is added to what the image has there. */
  readonly isEnd: boolean
  readonly content: string
}

/** What pibake says of a spec, as the commands print it: its problems, and with `plan` why it would lock its owner out. */
export interface Report {
  readonly report: string
  readonly codes: ReadonlySet<string>
  readonly isRefused: boolean
}

/** Files that the examples name without showing them. */
const GIVEN: Readonly<Record<string, string>> = {
  'keys/alice.pub': `${KEYS.alice}\n`,
  'keys/bob.pub': `${KEYS.bob}\n`,
  'secrets/alice': `${HASH}\n`,
  'scripts/set up.sh': '#!/bin/sh\n',
  'scripts/set-up.sh': '#!/bin/sh\n',
  'scripts/sensors/set-up.sh': '#!/bin/sh\n',
  'scripts/set-up-sensors.sh': '#!/bin/sh\n',
  'secrets/webhook': 'https://hooks.example.org/T0/B0\n',
  'secrets/wifi': 'a passphrase for tests\n',
  'secrets/radius': 'a password for tests\n',
  'certificates/office.pem': AUTHORITY,
  'certificates/kit.pem': CERTIFICATE,
}

export function readPage(text: string): ErrorPage {
  const [wrong, right] = [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, block]) => block as string)
  const command = /^`pibake (check|plan)` says:$/m.exec(text)?.[1] as Command | undefined
  const shown = text.matchAll(/^`([^`\n]+)`(?: of the image)? (holds|ends with):\n\n```\w*\n(.*?)^```$/gms)
  return {
    text,
    example: wrong && command ? { wrong, command, ...(right === undefined ? {} : { right }) } : undefined,
    files: [...shown].map(([, path = '', verb, content = '']) => ({ path, isEnd: verb === 'ends with', content })),
  }
}

/** What a page's spec asks the environment for is not there. */
const unset = () => ({ failure: 'it is not there' })

/** The page with the report of its first YAML block in the place that it has for it. */
export function withReport(page: ErrorPage, report: string): string {
  return page.text.replace(/(?<=^`pibake (?:check|plan)` says:\n\n```text\n).*?(?=^```$)/ms, () => report)
}

/**
 * Holds a spec of a page against what the page shows, with the functions behind the page's command.
 *
 * @param plant makes of the sample image the one that the page describes
 */
export function reportOf(page: ErrorPage, text: string, command: Command, plant: (root: MemoryTree) => void): Report {
  const read = (path: string) => {
    const content = page.files.find((file) => file.path === path)?.content ?? GIVEN[path]
    return content === undefined
      ? { failure: 'no such file' }
      : { bytes: new TextEncoder().encode(content), readByAll: false }
  }
  const host = { read, verify: () => 'not looked at', unpack: () => new MemoryTree('deb'), ask: unset }
  const parsed = parseSpec(new TextEncoder().encode(text), 'pibake.yaml', host, TODAY)
  const { problems, locate, digest: specDigest } = parsed
  const held = (spec: Spec) => {
    const target = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
    for (const file of page.files) put(target, file)
    plant(target.root)
    return compileFor(spec, target, { locate, specDigest, epoch: undefined, today: TODAY, allowBooted: false })
  }
  const isSound = problems.every(({ severity }) => severity !== 'error')
  const evaluation = command === 'plan' && isSound && parsed.spec !== undefined ? held(parsed.spec) : undefined
  const all = [...problems, ...(evaluation?.problems ?? [])]
  const isWrong = all.some(({ severity }) => severity === 'error')
  const lockouts = isWrong ? [] : (evaluation?.verdict.lockouts ?? [])
  const verdict = isWrong ? undefined : evaluation?.verdict
  const { text: proof, isRefused } = verdict === undefined ? { text: '', isRefused: false } : refusal(verdict)
  const unproved = lockouts.length > 0 ? [] : (verdict?.unproved ?? [])
  return {
    report: reportLines(all, locate)
      .map((line) => `${line}\n`)
      .join('')
      .concat(proof),
    codes: new Set([...all, ...lockouts, ...unproved].map(({ code }) => code)),
    isRefused: isWrong || isRefused,
  }
}

/** What the commands print of the proof when nothing is accepted. */
function refusal(verdict: Verdict): { readonly text: string; readonly isRefused: boolean } {
  const { lines, isRefused } = accessReport(verdict, [], {})
  const text = lines.map((line) => `${line}\n`).join('')
  return { text, isRefused }
}

function put(target: { readonly root: MemoryTree; readonly boot: MemoryTree }, { path, isEnd, content }: Shown): void {
  const [, partition, name] = /^(boot:)?(\/.*)$/.exec(path) ?? []
  if (name === undefined) return
  const tree = partition === undefined ? target.root : target.boot
  if (!isEnd) tree.nodes.delete(name)
  append(tree, name, content)
}

/** Adds text to the end of a file, which is made if there is none, with the directories above it. */
export function append({ nodes }: MemoryTree, path: string, text: string): void {
  for (let at = path.indexOf('/', 1); at !== -1; at = path.indexOf('/', at + 1)) {
    const parent = path.slice(0, at)
    if (!nodes.has(parent)) nodes.set(parent, { kind: 'directory', mode: 0o755, uid: 0, gid: 0 })
  }
  const there = nodes.get(path)
  const file = there?.kind === 'file' ? there : { content: new Uint8Array(), mode: 0o644, uid: 0, gid: 0 }
  nodes.set(path, { ...file, kind: 'file', content: Buffer.concat([file.content, Buffer.from(text)]) })
  for (let above = dirname(path); above !== '/'; above = dirname(above)) {
    if (!nodes.has(above)) nodes.set(above, { kind: 'directory', mode: 0o755, uid: 0, gid: 0 })
  }
}
