/**
 * Cleans up behind a run: `node reaper.js FOLDER`, started with the run, waits until the run's end closes its input, however
 * that end came, and removes what is left of it: processes, mounts, network namespaces, the folder.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'

const [folder = ''] = process.argv.slice(2)
if (!folder.includes('/pibake-run-')) throw new Error('reaper.js FOLDER')
// Ctrl-C and a hang-up go to the whole group; what is left has to go then too.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
process.stdin.resume()
process.stdin.once('end', () => reap())

function reap(): void {
  const left = { processes: endProcesses(), mounts: unmount(), networks: removeNetworks() }
  rmSync(folder, { recursive: true, force: true })
  for (const [what, names] of Object.entries(left)) {
    if (names.length > 0) console.error(`left by the tests and removed: ${what}: ${names.join(', ')}`)
  }
}

/**
 * Whatever has the run's folder in its environment or its words, this process aside, and what runs in a container whose
 * test is gone; again until there is nothing.
 */
function endProcesses(): string[] {
  const ended: string[] = []
  for (let round = 0; round < 20; round++) {
    const found = processes().filter((pid) => namesFolder(pid) || isLeftInContainer(pid))
    if (found.length === 0) break
    for (const pid of found) {
      if (round === 0) ended.push(`${pid} (${textOf(pid, 'comm').trim()})`)
      spawnSync('kill', ['-s', 'KILL', pid])
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
  }
  return ended
}

function processes(): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
}

function namesFolder(pid: string): boolean {
  return textOf(pid, 'environ').includes(folder) || textOf(pid, 'cmdline').includes(folder)
}

/** A container's control group bears the number of the process that made it; what runs inside knows nothing of the folder. */
function isLeftInContainer(pid: string): boolean {
  const owner = /\/pibake-(\d+)-\d+(?:\/|$)/m.exec(textOf(pid, 'cgroup'))?.[1]
  return owner !== undefined && !existsSync(`/proc/${owner}`)
}

function textOf(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    // It has ended, or is another user's.
    return ''
  }
}

/** The last mounted first. */
function unmount(): string[] {
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((place) => place.startsWith(`${folder}/`))
    .reverse()
  for (const place of mounts) spawnSync('umount', ['--lazy', place])
  return mounts
}

/** A test's network namespace bears the number of the process that made it. */
function removeNetworks(): string[] {
  if (!existsSync('/run/netns')) return []
  const dead = readdirSync('/run/netns').filter((name) => {
    const pid = /^pibake-(\d+)-\d+$/.exec(name)?.[1]
    return pid !== undefined && !existsSync(`/proc/${pid}`)
  })
  for (const name of dead) spawnSync('ip', ['netns', 'delete', name])
  return dead
}
