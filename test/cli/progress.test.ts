import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
import { type Io, processIo } from '../../src/cli/io.ts'
import { progress } from '../../src/cli/progress.ts'
import { patient } from '../runner/patience.ts'
import { suite } from '../support/suite.ts'

const test = suite('CLI: progress and interruption')
const CHILD = fileURLToPath(new URL('../support/progress-child.js', import.meta.url))

/** What the child prints on a pseudo terminal. */
const onTerminal = (...args: string[]) =>
  spawnSync('script', ['-qec', [process.execPath, CHILD, ...args].join(' '), '/dev/null'], {
    encoding: 'utf8',
    timeout: patient(20) * 1000,
    env: { ...process.env, TERM: 'xterm' },
  })

/** An Io without a terminal, a clock that is set by hand, and what was printed. */
function log(flags: { quiet?: boolean } = {}) {
  let text = ''
  let time = 0
  const stderr = new Writable({
    write(chunk, _, done) {
      text += chunk
      done()
    },
  })
  const io: Io = { ...processIo(flags), stderr }
  return {
    io,
    now: () => time,
    set(to: number) {
      time = to
    },
    lines: () => text.split('\n').slice(0, -1),
  }
}

test('on a terminal: a bar with rate and remaining time after a second', () => {
  const { stdout, status } = onTerminal('1600')
  assert.is(status, 0)
  const states = stdout.split('\u001b[1G')
  assert.match(stdout, /copy \[=+-*\] \d+ %, [\d.]+ [MG]B of 2\.00 GB, [\d.]+ [MG]B\/s, 1 s left/)
  assert.ok(states.length > 3, 'it moves')
  // Neither the cursor is hidden nor wrapping switched off: there is nothing to put right after a kill.
  assert.not.match(stdout, '\u001b[?')
})

test('Ctrl-C on the terminal: 130, and the terminal is as it was', async () => {
  const command = ['-qec', `${process.execPath} ${CHILD} 20000`, '/dev/null']
  const child = spawn('script', command, { timeout: patient(20) * 1000 })
  let screen = ''
  child.stdout.on('data', (chunk: Buffer) => {
    // Once the bar is there, for however long a busy machine takes to start the program.
    if (!/ left/.test(screen) && / left/.test(`${screen}${chunk}`)) child.stdin.write('\u0003')
    screen += chunk.toString()
  })
  assert.equal(await once(child, 'close'), [130, null])
  assert.match(screen, /left[^\n]*\r?\n$/)
  assert.not.match(screen, '\u001b[?')
})

test('nothing in the first second, nothing with --quiet', () => {
  assert.is(onTerminal('500').stdout.trim(), 'ready')
  assert.is(onTerminal('1300', '--quiet').stdout.trim(), 'ready')
  const { io, now, set, lines } = log({ quiet: true })
  const shown = progress(io, 'copy', 100, now)
  set(60_000)
  shown.update(50)
  shown.done()
  assert.equal(lines(), [])
})

test('without a terminal: a line after 5 s with 10 % done, or after 10 s', () => {
  const { io, now, set, lines } = log()
  const shown = progress(io, 'copy', 10e9, now)
  for (let second = 0; second <= 100; second += 0.1) {
    set(second * 1000)
    // Slow for half of the way, then fast.
    shown.update(second < 50 ? second * 50e6 : 2.5e9 + (second - 50) * 150e6)
  }
  shown.done()
  const all = lines()
  assert.is(all[0], 'copy: 5 %, 505 MB of 10.00 GB, 50 MB/s, 3 min 10 s left')
  assert.ok(all.length >= 10 && all.length <= 13, `${all.length} lines`)
  assert.match(all.at(-1) ?? '', /^copy: \d\d %, .* left$/)
})

test('an unknown total, an empty one, and one that was too small', () => {
  for (const [total, expected] of [
    [undefined, 'copy: 3.00 GB, 300 MB/s'],
    [0, 'copy: 3.00 GB, 300 MB/s'],
    [1e9, 'copy: 100 %, 3.00 GB of 1.00 GB, 300 MB/s, 0 s left'],
  ] as const) {
    const { io, now, set, lines } = log()
    const shown = progress(io, 'copy', total, now)
    set(10_000)
    shown.update(3e9)
    assert.equal(lines(), [expected])
  }
})

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test(`${signal} calls the work off; the second one ends the process at once`, async () => {
    const child = spawn(process.execPath, [CHILD, '20000'], { stdio: ['ignore', 'pipe', 'ignore'] })
    await once(child.stdout, 'data')
    child.kill(signal)
    assert.equal(await once(child, 'exit'), [130, null])

    const deaf = spawn(process.execPath, [CHILD, '20000', '--deaf'], { stdio: ['ignore', 'pipe', 'ignore'] })
    await once(deaf.stdout, 'data')
    deaf.kill(signal)
    await new Promise((resolve) => setTimeout(resolve, 150))
    assert.is(deaf.exitCode, null, 'the first one is the work’s to heed')
    deaf.kill(signal)
    assert.equal(await once(deaf, 'exit'), [130, null])
  })
}
