import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Behaviour } from '../../src/device/inspect/inventory.ts'
import { Device } from '../firstboot/support/device.ts'
import { suite } from '../support/suite.ts'
import { attemptIn, runIn } from './support/chroot.ts'
import { type Image, stockImage } from './support/dress.ts'
import { Owner, SSH_PORT } from './support/owner.ts'
import { pibake } from './support/pibake.ts'
import { run } from './support/run.ts'
import { difference, snapshot } from './support/snapshot.ts'

const owner = new Owner()
writeFileSync(owner.spec, readFileSync(owner.spec, 'utf8').replace('ssh:\n', 'ssh:\n  hostKeys: bake\n'))
const place = mkdtempSync(join(tmpdir(), 'pibake-host-keys-'))
process.once('exit', () => {
  owner.remove()
  rmSync(place, { recursive: true })
})

const folder = 'etc/pibake/first-boot/host-keys.d'
const names = ['ssh_host_ed25519_key', 'ssh_host_rsa_key']

/** `SHA256:…` of each key in a file, as ssh-keygen has them. */
const fingerprints = (file: string) =>
  run(['ssh-keygen', '-l', '-f', file])
    .trim()
    .split('\n')
    .map((line) => line.split(' ')[1] as string)

for (const behaviour of ['bookworm-2025', 'trixie-2026'] as Behaviour[]) {
  const test = suite(`host keys made beforehand, on ${behaviour}`)
  const known = join(place, `${behaviour}.known_hosts`)
  const beside = join(owner.spec, '../kit-07.known_hosts')
  let image: Image
  let shown = ''
  let keys: readonly string[] = []
  const target = () => ['--boot', image.boot, '--root', image.root]
  const call = (...args: string[]) => {
    const done = pibake([...args, owner.spec, ...target()])
    shown += done.stdout + done.stderr
    return done
  }
  const texts = () => names.map((name) => readFileSync(join(image.root, folder, name), 'utf8'))
  const everything = () => snapshot(join(image.root, '..'), ['root', 'boot'], { times: true })

  test.before(() => {
    image = stockImage(behaviour, 'full')
    rmSync(beside, { force: true })
  })
  test.after(() => image.remove())

  test('plan and verify make none, and name their places', () => {
    const before = everything()
    const planned = call('plan', '--json')
    assert.is(planned.status, 0, planned.stderr)
    const { changes, hostKeys } = JSON.parse(planned.stdout)
    assert.equal(hostKeys, [])
    for (const name of names) {
      assert.ok(changes.some(({ path }: { path: string }) => path === `root:/${folder}/${name}`))
    }
    assert.is(call('verify').status, 4)
    assert.equal(difference(before, everything()), [])
    assert.not.ok(existsSync(beside))
  })

  test('a known_hosts file that cannot be written: nothing is done', () => {
    const before = everything()
    assert.is(call('apply', '--known-hosts', join(place, 'missing/known_hosts')).status, 1)
    assert.equal(difference(before, everything()), [])
  })

  test('apply makes them, prints their fingerprints and notes them', () => {
    const applied = call('apply', '--known-hosts', known)
    assert.is(applied.status, 0, applied.stdout + applied.stderr)
    keys = names.flatMap((name) => fingerprints(join(image.root, folder, name)))
    assert.equal(fingerprints(known), keys)
    for (const key of keys) assert.match(applied.stdout, key)
    assert.not.ok(existsSync(beside))
  })

  test('applying again keeps them and changes nothing; verify finds no drift', () => {
    const before = everything()
    const again = call('apply', '--json')
    assert.is(again.status, 0, again.stderr)
    const { hostKeys, knownHosts } = JSON.parse(again.stdout)
    assert.equal(
      hostKeys.map(({ fingerprint }: { fingerprint: string }) => fingerprint),
      keys,
    )
    assert.is(knownHosts, beside)
    assert.equal(fingerprints(beside), keys)
    assert.is(call('verify').status, 0)
    assert.equal(difference(before, everything()), [])
  })

  test('an overlay holds them for root alone', () => {
    const fresh = stockImage(behaviour, 'full')
    try {
      const tar = join(place, `${behaviour}.tar`)
      const made = pibake(['apply', '--overlay', tar, owner.spec, '--boot', fresh.boot, '--root', fresh.root])
      assert.is(made.status, 0, made.stderr)
      const listed = run(['tar', '--list', '--verbose', '--numeric-owner', '-f', tar]).split('\n')
      for (const name of names) {
        assert.match(listed.find((line) => line.endsWith(`${folder}/${name}`)) ?? name, /^-rw------- 0\/0 /)
      }
      assert.is.not(fingerprints(beside)[0], keys[0], 'two cards with one key')
    } finally {
      fresh.remove()
    }
  })

  test('no line of a private key is printed, explained, on the boot partition or readable by others', () => {
    for (const name of names) call('explain', '--root', image.root, `/${folder}/${name}`)
    call('apply', '--verbose')
    const secret = texts().flatMap((text) => text.split('\n').slice(1, -2))
    assert.ok(secret.length > 30)
    const boot = readdirSync(image.boot, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    const open = readFileSync(known, 'utf8') + shown + boot.join('\n')
    assert.equal(
      secret.filter((line) => open.includes(line)),
      [],
    )
    assert.is(run(['find', join(image.root, 'etc/pibake'), '-name', 'ssh_host_*', '-perm', '/077']), '')
  })

  test('the first start puts them in force, whatever the system made before; sshd shows them to ssh', () => {
    // What the release itself does before: Bookworm's init= script, and Debian's sshd-keygen.
    runIn(image.root, ['sh', '-euc', 'rm -f /etc/ssh/ssh_host_*; ssh-keygen -A'])
    const first = attemptIn(image.root, ['pibake-firstboot', 'run', 'local'])
    assert.match(first.stdout, /host-keys: ok \(done now\)/, first.stdout + first.stderr)
    assert.equal(
      names.flatMap((name) => fingerprints(join(image.root, 'etc/ssh', name))),
      keys,
    )
    assert.equal(readdirSync(join(image.root, folder)), [])
    writeFileSync(join(image.root, 'root/known_hosts'), readFileSync(known))
    // sshd listens only after it has gone into the background.
    const options =
      'BatchMode=yes ConnectionAttempts=20 StrictHostKeyChecking=yes UserKnownHostsFile=/root/known_hosts HostKeyAlias=kit-07.local'
    const ssh = (algorithm: string) =>
      ['ssh', '-F', 'none', ...`HostKeyAlgorithms=${algorithm} ${options}`.split(' ').flatMap((one) => ['-o', one])]
        .concat(['-p', String(SSH_PORT), 'alice@127.0.0.1'])
        .join(' ')
    for (const algorithm of ['ssh-ed25519', 'rsa-sha2-512']) {
      const asked = attemptIn(image.root, ['sh', '-c', `/usr/sbin/sshd; ${ssh(algorithm)} true`])
      assert.match(asked.stderr, 'alice@127.0.0.1: Permission denied (publickey)')
    }
    runIn(image.root, ['sh', '-euc', 'rm /etc/ssh/ssh_host_*; ssh-keygen -A'])
    const other = attemptIn(image.root, ['sh', '-c', `/usr/sbin/sshd; ${ssh('ssh-ed25519')} true`])
    assert.match(other.stderr, 'Host key verification failed')
  })
}

const test = suite('host keys made beforehand: power cuts')

test('a cut at any command of the step: the key is never gone, and the next start puts it in force', async () => {
  const make = (name: string) => run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(place, name)])
  make('mine')
  make('theirs')
  const [mine, theirs] = ['mine', 'theirs'].map((name) => readFileSync(join(place, name), 'utf8')) as [string, string]
  const [key, baked] = [`etc/ssh/${names[0]}`, `${folder}/${names[0]}`]
  let at = 0
  let isDone = false
  do {
    at += 1
    const device = new Device().ask('host-keys', 'ed25519\n').write(key, theirs).write(baked, mine)
    try {
      run(['chmod', '600', device.path(key), device.path(baked)])
      await device.call(['run', 'local'], { fault: { kind: 'kill', at } })
      isDone = device.has('var/lib/pibake/steps/host-keys')
      assert.ok(
        [key, baked].some((name) => device.has(name) && device.read(name) === mine),
        `${at}: the key is gone`,
      )
      device.boot()
      const next = await device.call(['run', 'local'])
      assert.is(next.status, 0, `${at}: ${next.stdout}`)
      assert.is(device.read(key), mine, String(at))
      assert.not.ok(device.has(baked), String(at))
    } finally {
      device.remove()
    }
  } while (!isDone)
  assert.ok(at > 10, `${at} commands`)
})
