import { assertVisible, EncodeError } from '../../base/encode/encode.ts'
import type { Origin } from '../../base/report/origin.ts'
import { type FileOperation, file } from '../plan/operation.ts'
import type { TokenRequest } from '../plan/request.ts'

/**
 * The kernel command line with tokens added and removed, as one operation; undefined when nothing is asked.
 *
 * cmdline.txt is one line. Foreign tokens keep their order and their text: the image's own first start looks for
 * ` resize` (Trixie) or `init=…` (Bookworm) in it, and cuts them out by text.
 *
 * @param current the text of cmdline.txt
 */
export function editCmdline(current: string, requests: readonly TokenRequest[]): FileOperation | undefined {
  const first = requests[0]
  if (first === undefined) return undefined
  const added = new Map<string, Origin>()
  for (const request of requests) if ('add' in request) added.set(token(request.add), request.origin)
  const removed = requests.flatMap((request) => ('remove' in request ? [request.remove] : []))
  const doomed = (text: string) =>
    !added.has(text) &&
    removed.some((r) => (typeof r === 'string' ? r === text : new RegExp(`^(?:${r.source})$`).test(text)))
  const kept = current.split(/\s+/).filter((text) => text !== '' && !doomed(text))
  const missing = [...added.keys()].filter((text) => !kept.includes(text))
  const last = requests.at(-1) as TokenRequest
  return file('/cmdline.txt', new TextEncoder().encode(`${[...kept, ...missing].join(' ')}\n`), {
    partition: 'boot',
    mode: 0o755,
    origin: first.origin,
    lines: new Map([[0, requests.length === 1 ? first.origin : { ...last.origin, because: reasons(requests) }]]),
  })
}

function reasons(requests: readonly TokenRequest[]): string {
  return requests
    .map(
      (request) =>
        `${'add' in request ? `+${request.add}` : `-${request.remove}`} (${request.origin.key}): ${request.origin.because}`,
    )
    .join('; ')
}

/** @throws EncodeError unless `text` is one token that wakes none of the image's own triggers by its text */
function token(text: string): string {
  assertVisible(text)
  if (!/^[!-~]+$/.test(text) || text.includes('"'))
    throw new EncodeError('a kernel command line token is printable ASCII without spaces')
  // The initramfs of both releases searches the whole line for these words (raspberrypi-sys-mods).
  if (/firstboot|resize/.test(text))
    throw new EncodeError('the image would take this token for its own first-boot trigger')
  return text
}
