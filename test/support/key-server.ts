import { createHash } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server of keys on loopback. */
export interface KeyServer {
  /** `http://127.0.0.1:PORT` */
  readonly address: string
  /** The paths that were asked for, in order. */
  readonly asked: readonly string[]
  close(): Promise<void>
}

/** Serves one text a path, or does what a function does; anything else is not found. */
export async function keyServer(
  answers: Readonly<Record<string, string | Parameters<typeof createServer>[1] | undefined>>,
): Promise<KeyServer> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    const answer = answers[path]
    if (typeof answer === 'function') return (answer as RequestListener)(request, response)
    response.statusCode = answer === undefined ? 404 : 200
    return response.end(answer ?? 'not found\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    address: `http://127.0.0.1:${port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

export const sha256Of = (text: string) => createHash('sha256').update(text).digest('hex')
