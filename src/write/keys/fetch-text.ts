import { Interrupted } from '../../base/errors.ts'
import { KeyError } from './fetch-error.ts'

const MAX_BYTES = 64 << 10
const MAX_REDIRECTS = 3
const SECONDS = 20

/** Over TLS, or from this machine itself. */
function isTrusted({ protocol, hostname, username, password }: URL): boolean {
  const isLoopback = /^(127(\.\d+){3}|localhost|\[::1\])$/.test(hostname)
  return (protocol === 'https:' || (protocol === 'http:' && isLoopback)) && username === '' && password === ''
}

/**
 * Fetches a short text: over https, or from a server on this machine; at most 64 KiB, within 20 s, by at most three
 * redirects, each to such an address too.
 *
 * @throws KeyError, Interrupted
 */
export async function fetchText(address: string, abort: AbortSignal): Promise<Uint8Array> {
  const signal = AbortSignal.any([abort, AbortSignal.timeout(SECONDS * 1000)])
  let url = new URL(address)
  for (let redirects = 0; ; redirects += 1) {
    if (!isTrusted(url)) throw new KeyError(`${url.origin} is not reached by https`)
    const response = await asked(url, signal)
    const target = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null
    if (target === null) return await content(response, url)
    await response.body?.cancel()
    if (redirects === MAX_REDIRECTS) throw new KeyError(`${address} leads on more than ${MAX_REDIRECTS} times`)
    if (!URL.canParse(target, url.href)) throw new KeyError(`${url.href} leads to what is not an address`)
    url = new URL(target, url)
  }
}

async function asked(url: URL, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { redirect: 'manual', signal, headers: { accept: 'text/plain' } })
  } catch (error) {
    throw unreachable(url, error)
  }
}

async function content(response: Response, url: URL): Promise<Uint8Array> {
  if (response.status !== 200) {
    await response.body?.cancel()
    const isTemporary = response.status >= 500 || response.status === 429
    throw new KeyError(`${url.href} answers with status ${response.status}`, { isTemporary })
  }
  const parts: Uint8Array[] = []
  let size = 0
  try {
    for await (const part of response.body ?? []) {
      size += part.length
      if (size > MAX_BYTES) break
      parts.push(part)
    }
  } catch (error) {
    throw unreachable(url, error)
  }
  if (size > MAX_BYTES) throw new KeyError(`${url.href} is longer than 64 KiB`)
  return new Uint8Array(Buffer.concat(parts))
}

function unreachable(url: URL, error: unknown): KeyError | Interrupted {
  if ((error as Error).name === 'AbortError') return new Interrupted()
  const { name, cause } = error as Error & { cause?: { code?: unknown } }
  const why = name === 'TimeoutError' ? `no answer within ${SECONDS} s` : String(cause?.code ?? 'the connection failed')
  return new KeyError(`${url.href} cannot be fetched: ${why}`, { isTemporary: true })
}
