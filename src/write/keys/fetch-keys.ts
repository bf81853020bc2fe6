import { digestOf } from '../../base/digest.ts'
import { readKey } from '../../core/spec-file/fields.ts'
import type { KeySource, LockedKeys } from '../../core/spec-file/key-sources.ts'
import { type Mirror, mirrored } from '../packages/mirrors.ts'
import { KeyError } from './fetch-error.ts'
import { fetchText } from './fetch-text.ts'

export interface FetchedKeys {
  readonly locked: LockedKeys
  /** Lines that are passed over, and why: `line 2 is too weak …`. */
  readonly passedOver: readonly string[]
}

/**
 * Fetches the keys of a source. What no entry of authorizedKeys could hold, such as a weak key, is passed over: it lets
 * nobody in.
 *
 * @param mirrors where they are fetched instead
 * @throws Interrupted, KeyError when there are none, or they are not what the spec says
 */
export async function fetchKeys(
  source: KeySource,
  mirrors: readonly Mirror[],
  signal: AbortSignal,
): Promise<FetchedKeys> {
  const bytes = await fetchText(mirrored(source.url, mirrors, undefined), signal)
  const sha256 = digestOf(bytes).replace('sha256:', '')
  if (source.sha256 !== undefined && source.sha256 !== sha256) {
    throw new KeyError(`${source.url} has another SHA-256 than the spec says: ${sha256}`, {
      hint: 'look at what has changed there before you take it over',
    })
  }
  const found = new Map<string, LockedKeys['keys'][number]>()
  const passedOver: string[] = []
  for (const [i, raw] of textOf(bytes, source).split(/\r?\n/).entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const key = readKey(line)
    if ('predicate' in key) passedOver.push(`line ${i + 1} ${key.predicate}`)
    else
      found.set(key.fingerprint, {
        fingerprint: key.fingerprint,
        line: [key.type, key.blob, key.comment].join(' ').trim(),
      })
  }
  if (found.size === 0) {
    const why = passedOver[0] === undefined ? '' : ` (${passedOver[0]})`
    throw new KeyError(`${source.name} has no key that could be used${why}`)
  }
  return { locked: { source: source.name, url: source.url, sha256, keys: [...found.values()] }, passedOver }
}

function textOf(bytes: Uint8Array, { url }: KeySource): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new KeyError(`${url} is not text`)
  }
}
