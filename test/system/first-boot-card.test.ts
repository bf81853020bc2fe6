import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { Device, keyIsWhole } from '../firstboot/support/device.ts'
import { suite } from '../support/suite.ts'
import { run } from './support/run.ts'

const test = suite('first boot: cards that refuse')

/** An ext4 file system of a few MiB of its own, mounted for as long as `use` takes. */
async function onCard(options: readonly string[], use: (place: string) => Promise<void>): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'pibake-card-'))
  const [file, place] = [join(work, 'card.img'), join(work, 'card')]
  writeFileSync(file, '')
  truncateSync(file, 8 * 2 ** 20)
  mkdirSync(place)
  run(['mke2fs', '-q', '-F', '-t', 'ext4', '-m', '0', ...options, file])
  run(['mount', '-o', 'loop', file, place])
  try {
    await use(place)
  } finally {
    run(['umount', '--recursive', place])
    rmSync(work, { recursive: true })
  }
}

/** A device on the card, with a `/run` in memory. */
function deviceOn(place: string): Device {
  const device = new Device('dash', place).ask('host-keys', 'ed25519\n').write('etc/machine-id', '')
  mkdirSync(device.path('etc/ssh'))
  run(['mount', '-t', 'tmpfs', 'tmpfs', device.path('run')])
  device.boot()
  return device
}

/** What of the state is no whole line. */
function torn(device: Device): string[] {
  const state = device.path('var/lib/pibake')
  if (!device.has('var/lib/pibake')) return []
  return readdirSync(state, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.') && !entry.parentPath.endsWith('/log'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/(?: end|\})\n$/.test(readFileSync(path, 'utf8')))
}

/** Takes all that is left of something, and gives it back. */
const uses: Readonly<Record<string, { options: string[]; take: (place: string) => () => void }>> = {
  space: {
    options: [],
    take: (place) => {
      const filler = join(place, 'filler')
      // A whole block at a time leaves the last few free.
      run(['sh', '-c', 'for n in 1 2 3; do dd if=/dev/zero of="$1.$n" bs=1k; sync; done 2>&1', 'sh', filler])
      return () => run(['sh', '-c', 'rm "$1".*', 'sh', filler])
    },
  },
  inodes: {
    options: ['-N', '128'],
    take: (place) => {
      const folder = join(place, 'many')
      mkdirSync(folder)
      run(['sh', '-c', 'n=0; while touch "$1/$n" 2>/dev/null; do n=$((n + 1)); done', 'sh', folder])
      return () => {
        for (const name of readdirSync(folder)) rmSync(join(folder, name))
        rmdirSync(folder)
      }
    },
  },
}

for (const [what, { options, take }] of Object.entries(uses)) {
  test(`no ${what} left: failed, nothing is torn; with ${what} the next start finishes`, () =>
    onCard(options, async (place) => {
      const device = deviceOn(place)
      const giveBack = take(place)
      const broken = await device.call(['run', 'local'])
      assert.is(broken.status, 1)
      assert.match(broken.stdout, /host-keys: failed \(host-key-not-made\)/)
      assert.match(broken.stdout, /run: failed \(state-not-writable\)\n$/)
      assert.is(device.halfKeys(), '')
      assert.equal(torn(device), [])
      giveBack()
      device.boot()
      const next = await device.call(['run', 'local'])
      assert.is(next.status, 0, next.stdout + next.stderr)
      assert.ok(keyIsWhole(device))
      assert.equal(torn(device), [])
      const before = device.snapshot()
      device.boot()
      assert.is((await device.call(['run', 'local'])).stdout, '')
      assert.is(device.snapshot(), before)
    }))

  test(`no ${what} left on a device that has its keys: they stay, and it says what is wrong`, () =>
    onCard(options, async (place) => {
      const device = deviceOn(place)
      assert.is((await device.call(['run', 'local'])).status, 0)
      const key = device.read('etc/ssh/ssh_host_ed25519_key')
      device.write('etc/pibake/plan', `sha256:${'cd'.repeat(32)}\n`)
      take(place)
      device.boot()
      const broken = await device.call(['run', 'local'])
      assert.is(broken.status, 1)
      assert.match(broken.stdout, /host-keys: ok\n/)
      assert.is(device.read('etc/ssh/ssh_host_ed25519_key'), key)
      assert.equal(torn(device), [])
    }))
}

test('a root that is read-only: says so, exit code 1, and a key that is there stays', () =>
  onCard([], async (place) => {
    const device = deviceOn(place)
    const readOnly = (flag: 'ro' | 'rw') => run(['mount', '-o', `remount,${flag}`, place])
    readOnly('ro')
    const broken = await device.call(['run', 'local'])
    assert.is(broken.status, 1)
    assert.match(broken.stdout, /run: failed \(state-not-writable\)\n$/)
    readOnly('rw')
    device.boot()
    assert.is((await device.call(['run', 'local'])).status, 0)
    const key = device.read('etc/ssh/ssh_host_ed25519_key')
    device.write('etc/pibake/plan', `sha256:${'cd'.repeat(32)}\n`)
    readOnly('ro')
    device.boot()
    assert.match((await device.call(['run', 'local'])).stdout, /host-keys: ok\n[\s\S]*state-not-writable/)
    assert.is(device.read('etc/ssh/ssh_host_ed25519_key'), key)
  }))

/** What stands on a card, free blocks and journal included. */
const hits = (place: string, text: string) => {
  run(['sync'])
  // The file behind it, for the block device's own cache may be old.
  const file = `${place}.img`
  return Number(run(['sh', '-c', 'grep --only-matching --text --fixed-strings -e "$1" "$2" | wc -l', 'sh', text, file]))
}

test('a script that has succeeded is nowhere on the raw card; a baked host key is there once', () =>
  onCard([], async (place) => {
    const device = deviceOn(place)
    device.ask('scripts/01-a.sh', '#!/bin/sh\n# secret-5be0cd19137e2179\nexit 0\n')
    run(['chmod', '700', device.path('etc/pibake/first-boot/scripts/01-a.sh')])
    const key = device.path('etc/pibake/first-boot/host-keys.d/ssh_host_ed25519_key')
    device.ask('host-keys.d/none', '')
    run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key])
    rmSync(`${key}.pub`)
    const line = readFileSync(key, 'utf8').split('\n')[3] as string
    assert.equal([hits(place, 'secret-5be0cd19137e2179'), hits(place, line)], [1, 1])
    // The real shred, and the real sync beside it.
    const done = await device.call(['run'])
    assert.is(done.status, 0, done.stdout + done.stderr)
    assert.equal([hits(place, 'secret-5be0cd19137e2179'), hits(place, line)], [0, 1])
    assert.match(device.read('etc/ssh/ssh_host_ed25519_key'), line)
  }))
