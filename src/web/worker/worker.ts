import { visible } from '../../base/encode/visible.ts'
import type { Answer, Call, Failure } from './protocol.ts'
import { removeAbandoned } from './scratch.ts'
import type { OnProgress } from './streams.ts'
import { verbs } from './verbs.ts'

/** All of the work, in a worker: it is synchronous over the bytes of a file, and a page calls it off by ending the worker. */

function failureOf(error: unknown): Failure {
  const { message, hint }: { message: string; hint?: string } = error instanceof Error ? error : { message: `${error}` }
  const isFileLost = error instanceof DOMException && /^Not(?:Readable|Found)Error$/.test(error.name)
  return { message: visible(message), ...(hint === undefined ? {} : { hint: visible(hint) }), isFileLost }
}

const post = (answer: Answer) => self.postMessage(answer)

self.onmessage = async ({ data: { id, verb, argument } }: MessageEvent<Call>) => {
  try {
    const work = verbs[verb] as (argument: unknown, onProgress: OnProgress) => unknown
    let shown = 0
    const result = await work(argument, (share, needs) => {
      if (needs === undefined && share < shown + 0.01) return
      shown = share
      post({ id, share, needs })
    })
    post({ id, result })
  } catch (error) {
    post({ id, failure: failureOf(error) })
  }
}

// Without private files there is nothing to remove; what cannot be removed now is when the next page starts.
removeAbandoned().catch(() => undefined)
