import { Document, isMap, isScalar, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml'
import { visible } from '../../base/encode/visible.ts'
import type { SpecPath } from '../../base/report/report.ts'
import { Secret } from '../../base/secret.ts'
import { type Fact, placeOf } from '../foreign/fact.ts'
import type { ListNode, Node, SectionNode } from './gather.ts'

/** A secret that goes to a file of its own beside the spec. */
export interface SecretText {
  readonly file: string
  readonly secret: Secret
}

export interface SpecText {
  readonly text: string
  readonly secrets: readonly SecretText[]
  /** Every value of the text, and the fact it comes from. */
  readonly leaves: readonly { readonly path: SpecPath; readonly fact: Fact }[]
}

/** The order of the sections in a spec, as docs/spec.md has them; others follow. */
const ORDER = [
  'device',
  'users',
  'defaultUser',
  'ssh',
  'firewall',
  'fail2ban',
  'updates',
  'packages',
  'hardware',
  'hardening',
  'network',
  'files',
]

/**
 * A spec as YAML, behind each value the place that it comes from.
 *
 * @param header lines of comment at the top
 */
export function specText(top: SectionNode, header: readonly string[]): SpecText {
  const writer = new Writer()
  const sorted = [...top.entries].sort(([a], [b]) => (ORDER.indexOf(a) + 1 || 99) - (ORDER.indexOf(b) + 1 || 99))
  const root = writer.section({ kind: 'section', entries: new Map(sorted) }, [])
  root.items.unshift(new Pair(new Scalar('version'), new Scalar(1)))
  for (const { key } of root.items.slice(1)) if (isScalar(key)) key.spaceBefore = true
  const document = new Document(root)
  document.commentBefore = header.map((line) => ` ${visible(line)}`).join('\n')
  return { text: document.toString({ lineWidth: 0 }), secrets: writer.secrets, leaves: writer.leaves }
}

class Writer {
  readonly secrets: SecretText[] = []
  readonly leaves: { path: SpecPath; fact: Fact }[] = []

  section({ entries }: SectionNode, path: SpecPath): YAMLMap {
    const map = new YAMLMap()
    for (const [key, node] of entries) map.items.push(new Pair(new Scalar(key), this.#value(node, [...path, key])))
    return map
  }

  #value(node: Node, path: SpecPath): YAMLMap | YAMLSeq | Scalar {
    if (node.kind === 'section') return this.section(node, path)
    return node.kind === 'list' ? this.#list(node, path) : this.#leaf(node.fact, path)
  }

  #list({ items }: ListNode, path: SpecPath): YAMLSeq {
    const seq = new YAMLSeq()
    for (const [i, { node }] of items.entries()) seq.items.push(this.#value(node, [...path, i]))
    return seq
  }

  #leaf(fact: Fact, path: SpecPath): YAMLMap | Scalar {
    this.leaves.push({ path, fact })
    const { value, at } = fact
    const comment = ` ${visible(placeOf(at))}`
    if (typeof value === 'object' && !(value instanceof Secret)) {
      const map = new Document(value).contents as unknown as YAMLMap
      const first = isMap(map) ? map.items[0]?.value : undefined
      if (isScalar(first)) first.comment = comment
      return map
    }
    const scalar = new Scalar(value instanceof Secret ? this.#fileFor(fact, value) : value)
    if (
      typeof scalar.value === 'string' &&
      /[$#:'"]|^(on|off|yes|no)$/i.test(scalar.value) &&
      !scalar.value.includes('\n')
    )
      scalar.type = 'QUOTE_DOUBLE'
    scalar.comment = comment
    return scalar
  }

  /** `wifi-kit.psk`; a second network whose name is spelled alike gets a number. */
  #fileFor({ path }: Fact, secret: Secret): string {
    const item = path.find((step) => typeof step === 'object')
    const name =
      (typeof item === 'object' ? item.value : '').replace(/[^A-Za-z0-9_.-]+/g, '-').replace(/^[-.]+|[-.]+$/g, '') ||
      'network'
    let file = `wifi-${name}.psk`
    for (let i = 2; this.secrets.some((one) => one.file.toLowerCase() === file.toLowerCase()); i += 1)
      file = `wifi-${name}-${i}.psk`
    this.secrets.push({ file, secret })
    return file
  }
}
