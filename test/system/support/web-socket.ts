import { randomBytes } from 'node:crypto'
import { request } from 'node:http'
import type { Socket } from 'node:net'

/** Messages of text over a WebSocket (RFC 6455) of this machine: Node has no client of its own before version 22. */
export interface WebSocketLine {
  send(text: string): void
  close(): void
}

const TEXT = 0x81
const PING = 9
const PONG = 0x8a

/** @param heard takes each whole message */
export function webSocket(url: string, heard: (text: string) => void): Promise<WebSocketLine> {
  const { hostname, port, pathname } = new URL(url)
  const headers = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
  }
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path: pathname, headers })
    asked.on('error', reject)
    asked.on('response', ({ statusCode }) => reject(new Error(`${url}: ${statusCode}`)))
    asked.on('upgrade', (_, socket: Socket, head: Buffer) => {
      let [unread, parts] = [head, [] as Buffer[]]
      const read = () => {
        for (let frame = frameIn(unread); frame !== undefined; frame = frameIn(unread)) {
          unread = unread.subarray(frame.length)
          if (frame.kind === PING) socket.write(framed(PONG, frame.payload))
          if (frame.kind > 2) continue
          parts.push(frame.payload)
          if (!frame.isLast) continue
          heard(Buffer.concat(parts).toString())
          parts = []
        }
      }
      socket.on('data', (bytes: Buffer) => {
        unread = Buffer.concat([unread, bytes])
        read()
      })
      socket.on('error', () => socket.destroy())
      resolve({ send: (text) => socket.write(framed(TEXT, Buffer.from(text))), close: () => socket.end() })
    })
    asked.end()
  })
}

interface Frame {
  readonly kind: number
  readonly isLast: boolean
  readonly payload: Buffer
  readonly length: number
}

/** The first frame, once it is whole; a server masks none. */
function frameIn(bytes: Buffer): Frame | undefined {
  if (bytes.length < 2) return undefined
  const short = (bytes[1] as number) & 0x7f
  const start = short === 127 ? 10 : short === 126 ? 4 : 2
  if (bytes.length < start) return undefined
  const size = short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short
  if (bytes.length < start + size) return undefined
  const first = bytes[0] as number
  const payload = bytes.subarray(start, start + size)
  return { kind: first & 0x0f, isLast: first >= 0x80, payload, length: start + size }
}

/** What a client sends is masked, and its length takes as few bytes as it can. */
function framed(kind: number, payload: Buffer): Buffer {
  const size = payload.length
  const long = Buffer.alloc(size < 126 ? 0 : size < 0x10000 ? 2 : 8)
  if (long.length === 2) long.writeUInt16BE(size)
  if (long.length === 8) long.writeBigUInt64BE(BigInt(size))
  const short = long.length === 0 ? size : long.length === 2 ? 126 : 127
  const mask = randomBytes(4)
  const masked = payload.map((byte, i) => byte ^ (mask[i % 4] as number))
  return Buffer.concat([Buffer.from([kind, 0x80 | short]), long, mask, masked])
}
