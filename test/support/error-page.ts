import { shutText } from '../../src/cli/print-access.ts'
import { judge } from '../../src/judge.ts'
import { samplePiOs } from '../../src/sample/sample.ts'
import { parseSpec } from '../../src/spec/parse.ts'
import { reportLines } from '../../src/spec/print-report.ts'
import type { Spec } from '../../src/spec/spec.ts'
import type { MemoryTree } from '../../src/tree/memory.ts'
import { TODAY } from './judge.ts'
import { HASH, KEYS } from './spec.ts'

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

/** What is told of a spec, as the commands print it: its problems, and with `plan` why it would lock its owner out. */
export interface Told {
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
  'secrets/wifi': 'a passphrase for tests\n',
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

/** The page with the report of its first YAML block in the place that it has for it. */
export function withReport(page: ErrorPage, report: string): string {
  return page.text.replace(/(?<=^`pibake (?:check|plan)` says:\n\n```text\n).*?(?=^```$)/ms, () => report)
}

/**
 * Holds a spec of a page against what the page shows, with the functions behind the page's command.
 *
 * @param plant makes of the sample image the one that the page describes
 */
export function tell(page: ErrorPage, text: string, command: Command, plant: (root: MemoryTree) => void): Told {
  const read = (path: string) => {
    const content = page.files.find((file) => file.path === path)?.content ?? GIVEN[path]
    return content === undefined
      ? { failure: 'there is no such file' }
      : { bytes: new TextEncoder().encode(content), readByAll: false }
  }
  const host = { read, verify: () => 'not looked at' }
  const parsed = parseSpec(new TextEncoder().encode(text), 'pibake.yaml', host, TODAY)
  const { problems, locate, digest: specDigest } = parsed
  const held = (spec: Spec) => {
    const target = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
    for (const file of page.files) put(target, file)
    plant(target.root)
    return judge(spec, target, { locate, specDigest, epoch: undefined, today: TODAY, allowBooted: false })
  }
  const isSound = problems.every(({ severity }) => severity !== 'error')
  const judged = command === 'plan' && isSound && parsed.spec !== undefined ? held(parsed.spec) : undefined
  const all = [...problems, ...(judged?.problems ?? [])]
  const isWrong = all.some(({ severity }) => severity === 'error')
  const lockouts = isWrong ? [] : (judged?.verdict.lockouts ?? [])
  const proof = [
    'The device would lock its owner out:',
    ...lockouts.map((shut) => `  ${shutText(shut)}`),
    '  hint: --accept-lockout goes on all the same',
  ]
  const lines = [...reportLines(all, locate), ...(lockouts.length === 0 ? [] : proof)]
  return {
    report: lines.map((line) => `${line}\n`).join(''),
    codes: new Set([...all, ...lockouts].map(({ code }) => code)),
    isRefused: isWrong || lockouts.length > 0,
  }
}

function put(target: { readonly root: MemoryTree; readonly boot: MemoryTree }, { path, isEnd, content }: Shown): void {
  const [, partition, name] = /^(boot:)?(\/.*)$/.exec(path) ?? []
  if (name === undefined) return
  const tree = partition === undefined ? target.root : target.boot
  if (!isEnd) tree.nodes.delete(name)
  append(tree, name, content)
}

/** Adds text to the end of a file, which is made if there is none. */
export function append({ nodes }: MemoryTree, path: string, text: string): void {
  const there = nodes.get(path)
  const file = there?.kind === 'file' ? there : { content: new Uint8Array(), mode: 0o644, uid: 0, gid: 0 }
  nodes.set(path, { ...file, kind: 'file', content: Buffer.concat([file.content, Buffer.from(text)]) })
}
