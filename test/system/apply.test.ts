import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Behaviour } from '../../src/device/inspect/inventory.ts'
import { suite } from '../support/suite.ts'
import { attemptIn, runIn } from './support/chroot.ts'
import { type Image, stockImage } from './support/dress.ts'
import { MAX_RETRY, Owner, RULES, SSH_PORT } from './support/owner.ts'
import { pibake } from './support/pibake.ts'
import { debianRoot } from './support/roots.ts'
import type { Finished } from './support/run.ts'
import { difference, snapshot } from './support/snapshot.ts'

const owner = new Owner()
process.once('exit', () => owner.remove())
const everything = ['root', 'boot']

for (const behaviour of ['bookworm-2025', 'trixie-2026'] as Behaviour[]) {
  const test = suite(`applied to ${behaviour}, judged by the programs of the release`)
  let image: Image
  let applied: Finished
  const target = () => ['--boot', image.boot, '--root', image.root]
  const snap = () => snapshot(join(image.root, '..'), everything, { times: true })

  test.before(() => {
    image = stockImage(behaviour, 'full')
  })
  test.after(() => image.remove())

  test('plan says what would change, and changes nothing', () => {
    const before = snap()
    const planned = pibake(['plan', owner.spec, ...target()])
    assert.is(planned.status, 0, planned.stderr)
    assert.match(planned.stdout, '/etc/ssh/sshd_config.d/00-pibake.conf')
    assert.equal(difference(before, snap()), [])
  })

  test('apply succeeds and prints the way in', () => {
    applied = pibake(['apply', owner.spec, ...target()])
    assert.is(applied.status, 0, applied.stdout + applied.stderr)
    assert.match(applied.stdout, 'alice')
    assert.match(applied.stdout, String(SSH_PORT))
  })

  test('verify finds no drift, and finds one that is made', () => {
    const clean = pibake(['verify', owner.spec, ...target()])
    assert.is(clean.status, 0, clean.stdout + clean.stderr)
    const dropIn = join(image.root, 'etc/ssh/sshd_config.d/00-pibake.conf')
    runIn(image.root, ['chmod', '0666', '/etc/ssh/sshd_config.d/00-pibake.conf'])
    const drifted = pibake(['verify', owner.spec, ...target()])
    assert.is(drifted.status, 4, drifted.stdout + drifted.stderr)
    assert.match(drifted.stdout, '/etc/ssh/sshd_config.d/00-pibake.conf')
    assert.is(pibake(['apply', owner.spec, ...target()]).status, 0)
    assert.ok(existsSync(dropIn))
    assert.is(pibake(['verify', owner.spec, ...target()]).status, 0)
  })

  test('applying again changes nothing, not even a time', () => {
    const before = snap()
    const again = pibake(['apply', owner.spec, ...target()])
    assert.is(again.status, 0, again.stdout + again.stderr)
    assert.equal(difference(before, snap()), [])
  })

  test('no password hash is printed, nor on the boot partition', () => {
    const hash = /passwordHash: "(.*)"/.exec(readFileSync(owner.spec, 'utf8'))?.[1] as string
    const shown = [
      pibake(['plan', owner.spec, ...target()]),
      pibake(['plan', '--json', owner.spec, ...target()]),
      applied,
    ]
    for (const { stdout, stderr } of shown) assert.not.ok(`${stdout}${stderr}`.includes(hash))
    for (const name of readdirSync(image.boot, { recursive: true, withFileTypes: true })) {
      if (name.isFile())
        assert.not.ok(readFileSync(join(name.parentPath, name.name), 'latin1').includes(hash), name.name)
    }
    assert.ok(readFileSync(join(image.root, 'etc/shadow'), 'utf8').includes(`alice:${hash}:`))
  })

  test('pwck and grpck accept the accounts; pi is gone', () => {
    runIn(image.root, ['pwck', '--read-only', '--quiet'])
    runIn(image.root, ['grpck', '--read-only'])
    assert.is(attemptIn(image.root, ['getent', 'passwd', 'pi']).status, 2)
    const groups = runIn(image.root, ['id', '--name', '--groups', 'alice']).trim().split(' ')
    for (const group of ['sudo', 'gpio', 'i2c', 'spi', 'video', 'dialout']) assert.ok(groups.includes(group), group)
  })

  test('visudo accepts the rules; sudo asks alice for her password', () => {
    runIn(image.root, ['visudo', '--check', '--strict'])
    const listed = runIn(image.root, ['sudo', '--list', '--other-user=alice'])
    assert.match(listed, /\(ALL : ALL\) ALL/)
    assert.not.match(listed, /NOPASSWD|!authenticate/)
    assert.is(listed.match(/timestamp_type=(\w+)/g)?.at(-1), 'timestamp_type=tty')
  })

  test('sshd starts with it, and means what the spec says', () => {
    runIn(image.root, ['ssh-keygen', '-A'])
    runIn(image.root, ['sshd', '-t'])
    const asked = ['sshd', '-T', '-C', 'user=alice,host=laptop,addr=192.0.2.2']
    const effective = runIn(image.root, asked).split('\n')
    for (const line of [
      `port ${SSH_PORT}`,
      'allowusers alice',
      'passwordauthentication no',
      'kbdinteractiveauthentication no',
      'permitrootlogin no',
      'permitemptypasswords no',
      'pubkeyauthentication yes',
      'usepam yes',
    ]) {
      assert.ok(effective.includes(line), `${line}\n${effective.join('\n')}`)
    }
  })

  test('ssh-audit finds no failure and no warning', () => {
    // The auditor of Trixie for both: that of Bookworm is older than the algorithms it would judge.
    const guest = debianRoot('trixie', 'full')
    const audit = `/usr/sbin/sshd; chroot /mnt ssh-audit --level=warn -p ${SSH_PORT} 127.0.0.1`
    const { status, stdout, stderr } = attemptIn(image.root, ['sh', '-euc', audit], { guest })
    assert.is(status, 0, stdout + stderr)
  })

  test('fail2ban accepts the jails and reads the numbers of the spec', () => {
    runIn(image.root, ['fail2ban-client', '-t'])
    const dump = runIn(image.root, ['fail2ban-client', '-d'])
    assert.match(dump, `['set', 'sshd', 'maxretry', ${MAX_RETRY}]`)
    assert.match(dump, "['set', 'sshd', 'bantime', '-1']")
    assert.match(dump, String(SSH_PORT))
  })

  test('ufw lists the rules of the spec and writes the same bytes again; iptables takes them', () => {
    const added = runIn(image.root, ['ufw', 'show', 'added']).trim().split('\n').slice(1)
    assert.equal(
      added,
      RULES.map((rule) => `ufw ${rule}`),
    )
    const files = ['/etc/ufw/user.rules', '/etc/ufw/user6.rules', '/etc/ufw/ufw.conf', '/etc/default/ufw']
    const kept = '/tmp/user.rules'
    const before = files.map((file) => readFileSync(join(image.root, file), 'utf8'))
    // In one go: the rules are loaded into a network namespace that ends with the command.
    const changed = `if cmp -s /etc/ufw/user.rules ${kept}; then exit 9; fi`
    const there = `ufw --force enable; ufw allow 9/tcp; ${changed}; ufw delete allow 9/tcp`
    runIn(image.root, ['sh', '-euc', `cp /etc/ufw/user.rules ${kept}; ${there}; rm ${kept}`])
    assert.equal(
      files.map((file) => readFileSync(join(image.root, file), 'utf8')),
      before,
    )
    for (const [program, file] of [
      ['iptables-restore', files[0]],
      ['ip6tables-restore', files[1]],
    ] as const) {
      runIn(image.root, ['sh', '-euc', `${program} --test --noflush <${file}`])
    }
  })

  test('systemd accepts the units', () => {
    const directory = join(image.root, 'usr/lib/systemd/system')
    const units = readdirSync(directory).filter((name) => /^pibake.*\.(?:service|timer|path)$/.test(name))
    assert.ok(units.includes('pibake-firstboot.service'))
    const done = attemptIn(image.root, ['systemd-analyze', 'verify', '--man=no', '--recursive-errors=no', ...units])
    assert.is(done.status, 0, done.stderr)
    assert.not.match(done.stderr, 'pibake')
  })

  test('no other sysctl file overrules ours', () => {
    const settings = (text: string) =>
      new Map(
        text
          .split('\n')
          .map((line) => /^-?([\w./*-]+)\s*=\s*(.*)$/.exec(line))
          .flatMap((found) => (found === null ? [] : [[found[1] as string, found[2] as string] as const])),
      )
    const ours = readdirSync(join(image.root, 'etc/sysctl.d')).filter((name) => name.includes('pibake'))
    assert.is(ours.length, 1)
    const wanted = settings(readFileSync(join(image.root, 'etc/sysctl.d', ours[0] as string), 'utf8'))
    assert.ok(wanted.size > 3)
    const merged = settings(runIn(image.root, ['/lib/systemd/systemd-sysctl', '--cat-config']))
    for (const [key, value] of wanted) assert.is(merged.get(key), value, key)
  })

  test('apt reads its configuration', () => {
    const origins = runIn(image.root, ['apt-config', 'dump', 'Unattended-Upgrade::Origins-Pattern'])
    assert.match(origins, /Debian-Security|-security/)
  })
}
