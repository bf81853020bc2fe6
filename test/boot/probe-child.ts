/**
 * The probe itself, in a process of its own, so that nothing else that the test does makes it pause. Argument: a
 * {@link Ask} as JSON. It runs until SIGTERM and then prints a {@link Seen}.
 */
import { spawn } from 'node:child_process'
import { createConnection } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Ask, PortSeen, Seen } from './probe.ts'

/** Milliseconds between two connections to a port, and until one that hears nothing is given up. */
const EVERY = 250
const PATIENCE = 3000
/** Milliseconds between the end of a login and the next one. */
const LOGIN_EVERY = 8000

const ask = JSON.parse(process.argv[2] ?? '') as Ask
const ports: Record<string, PortSeen> = {}
const seen: Seen = { seconds: 0, ports, logins: 0, methods: {}, hostKeys: {} }
const since = () => Math.round((performance.now() - started) / 100) / 10
const started = performance.now()

for (const [port, host] of Object.entries(ask.ports)) {
  const counts: PortSeen = { asked: 0, nobody: 0, refused: 0, silent: 0, answered: 0, answers: [] }
  ports[port] = counts
  setInterval(() => knock(host, counts), EVERY)
}
void logins()
process.once('SIGTERM', async () => {
  // A login takes a slow device half a minute, and without one nothing was seen of what sshd offers.
  for (let waited = 0; seen.logins === 0 && waited < 120; waited++) await sleep(1000)
  process.stdout.write(JSON.stringify({ ...seen, seconds: since() }), () => process.exit(0))
})

/** One connection: who is there speaks first, for all that listens was planted for that, or is sshd. */
function knock(port: number, counts: PortSeen): void {
  counts.asked += 1
  const socket = createConnection({ host: '127.0.0.1', port })
  const end = (what: 'nobody' | 'refused' | 'silent' | 'answered') => {
    if (socket.destroyed) return
    counts[what] += 1
    socket.destroy()
  }
  socket.setTimeout(PATIENCE, () => end('silent'))
  // Refused by the host itself: the emulator does not run.
  socket.on('error', (error: NodeJS.ErrnoException) => end(error.code === 'ECONNREFUSED' ? 'nobody' : 'refused'))
  socket.on('end', () => end('refused'))
  socket.on('data', (data) => {
    if (counts.answers.length < 5) counts.answers.push(`${since()} s: ${data.toString().trim()}`)
    end('answered')
  })
}

/** What sshd offers is asked by logging in with the right key: that is no failure, which would be counted and punished. */
async function logins(): Promise<never> {
  for (;;) {
    const said = await errors(ask.login)
    count(seen.methods, said, /^debug1: Authentications that can continue: (\S*)/gm)
    count(seen.hostKeys, said, /^debug1: Server host key: (.*?)\r?$/gm)
    if (said.includes('Authenticated to ')) seen.logins += 1
    await sleep(LOGIN_EVERY)
  }
}

/** Counts what `pattern` finds in `said`. */
function count(found: Record<string, number>, said: string, pattern: RegExp): void {
  for (const [, what = ''] of said.matchAll(pattern)) found[what] = (found[what] ?? 0) + 1
}

function errors([program = '', ...args]: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn('timeout', ['60', program, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
    let text = ''
    child.stderr.on('data', (data) => {
      text += data
    })
    child.once('close', () => resolve(text))
  })
}
