import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { refusal } from '../../src/base/encode/encode.ts'
import type { Control } from '../../src/core/controls/control.ts'
import { ssh } from '../../src/core/controls/ssh.ts'
import { sudo } from '../../src/core/controls/sudo.ts'
import type { Spec } from '../../src/core/spec-file/spec.ts'
import { sshd } from '../../src/device/sshd/encode.ts'
import { splitLine } from '../../src/device/sshd/tokens.ts'
import { sudoers } from '../../src/device/sudo/encode.ts'
import { samplePiOs } from '../../src/sample/sample.ts'
import { runControl } from '../support/control.ts'
import { KEYS, specOf } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { attemptIn, runIn } from './support/chroot.ts'
import { debianRoot, discard, releases, scratch } from './support/roots.ts'
import { attempt } from './support/run.ts'

const test = suite('ssh and sudo, judged by sshd, ssh-audit, visudo and sudo')

/** sshd in the first root, ssh-audit in the second, both in a network of their own. */
const serveAndAudit = `
mount -t proc proc "$1/proc"
mount -t proc proc "$2/proc"
mount --rbind /dev "$1/dev"
mount -t tmpfs tmpfs "$1/run"
mkdir "$1/run/sshd"
ip link set lo up
chroot "$1" /usr/sbin/sshd
sleep 0.3
exec chroot "$2" ssh-audit -jj --skip-rate-test 127.0.0.1`

const text = (profile: string) => `
version: 1
profile: ${profile}
users:
  - { name: alice, authorizedKeys: ['${KEYS.alice}'], sudo: none }
  - { name: bob, authorizedKeys: ['${KEYS.bob}'], sudo: nopasswd }
`

for (const release of releases) {
  let root: string
  test.before(() => {
    root = scratch(debianRoot(release, 'full'))
    runIn(root, ['ssh-keygen', '-A'])
    for (const user of ['alice', 'bob', 'pi']) runIn(root, ['useradd', user])
    runIn(root, ['usermod', '-aG', 'sudo', 'pi'])
    put('/etc/hosts', '127.0.0.1 localhost\n', 0o644)
  })
  test.after(() => discard(root))

  const put = (path: string, content: string | Uint8Array, mode: number) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    rmSync(join(root, path), { force: true })
    writeFileSync(join(root, path), content)
    chmodSync(join(root, path), mode)
  }
  const write = (control: Control, spec: Spec) => {
    const behaviour = release === 'bookworm' ? 'bookworm-2025' : 'trixie-2025-11'
    const result = runControl(control, spec, samplePiOs({ behaviour, variant: 'lite', architecture: 'arm64' }))
    assert.equal(result.contribution.problems, [])
    for (const operation of result.contribution.operations ?? []) {
      if (operation.kind === 'file') put(operation.path, operation.content, operation.mode)
    }
  }

  for (const profile of ['standard', 'strict', 'cis']) {
    test(`${release} ${profile}: sshd starts, and beside cloud-init's drop-in our values are in force`, () => {
      write(ssh, specOf(text(profile)))
      put('/etc/ssh/sshd_config.d/50-cloud-init.conf', 'PasswordAuthentication yes\nPermitRootLogin yes\n', 0o600)
      const check = attemptIn(root, ['/usr/sbin/sshd', '-t'])
      assert.is(check.status, 0, check.stderr)
      assert.is(check.stderr, '')
      const lines = runIn(root, ['/usr/sbin/sshd', '-T', '-C', 'user=alice,host=h,addr=192.0.2.1']).split('\n')
      for (const line of [
        'port 22',
        'permitrootlogin no',
        'passwordauthentication no',
        'kbdinteractiveauthentication no',
        'authenticationmethods publickey',
        'usepam yes',
        'strictmodes yes',
        'allowusers alice',
        'allowusers bob',
        'x11forwarding no',
        'authorizedkeysfile .ssh/authorized_keys',
      ]) {
        assert.ok(lines.includes(line), `${line}\n${lines.join('\n')}`)
      }
    })

    test(`${release} ${profile}: ssh-audit finds nothing to fail or to warn of`, () => {
      write(ssh, specOf(text(profile)))
      // Always that of Trixie: the one of Bookworm is older than algorithms that Bookworm's own sshd has gained.
      const judge = debianRoot('trixie', 'full')
      const enter = [
        'unshare',
        '--mount',
        '--net',
        '--pid',
        '--fork',
        '--kill-child',
        'sh',
        '-euc',
        serveAndAudit,
        'sh',
      ]
      const done = attempt([...enter, root, judge])
      assert.is(done.status, 0, `exit ${done.status}\n${done.stdout}${done.stderr}`)
      const report = JSON.parse(done.stdout)
      assert.match(report.banner.raw, 'SSH-2.0-OpenSSH_')
      assert.ok(report.kex.length >= 3 && report.key.length >= 2)
      for (const kind of ['kex', 'key', 'enc', 'mac']) {
        for (const { algorithm, notes = {} } of report[kind]) {
          assert.equal([notes.fail ?? [], notes.warn ?? []], [[], []], `${kind} ${algorithm}`)
        }
      }
    })
  }

  test(`${release}: values that our encoder takes reach sshd as they are and change nothing else`, () => {
    const characters = fc.constantFrom(...'ab/ "\'\\#=%,:;!$`~*?', 'é', '\n', '\t', '\u202e')
    const generated = fc.sample(fc.string({ unit: characters, minLength: 1, maxLength: 10 }), {
      numRuns: 4000,
      seed: 7,
    })
    const values = generated.filter((value) => refusal(sshd, value) === undefined)
    assert.ok(values.length > 500, `only ${values.length}`)
    // Each becomes a line of its own, of a keyword whose lines add up and whose words are printed. AcceptEnv alone
    // refuses a `=` in a word.
    const words = (value: string) => splitLine(`AcceptEnv ${value}`)?.args ?? []
    const usable = values.filter((value) => words(value).every((word) => word !== '' && !word.includes('=')))
    put('/tmp/values.conf', `${usable.map((value) => `AcceptEnv ${value}\n`).join('')}MaxAuthTries 3\n`, 0o644)
    const printed = runIn(root, ['/usr/sbin/sshd', '-T', '-f', '/tmp/values.conf']).split('\n')
    assert.equal(
      printed.filter((line) => line.startsWith('acceptenv ')).map((line) => line.slice(10)),
      usable.flatMap(words),
    )
    assert.ok(printed.includes('maxauthtries 3'))
  })

  test(`${release}: visudo takes the rules, and sudo does what they say`, () => {
    put('/etc/sudoers.d/010_pi-nopasswd', 'pi ALL=(ALL) NOPASSWD: ALL\n', 0o440)
    put('/etc/sudoers.d/010_global-tty', 'Defaults timestamp_type=global\n', 0o440)
    put('/etc/sudoers.d/90-cloud-init-users', 'alice ALL=(ALL) NOPASSWD:ALL\nDefaults:pi !authenticate\n', 0o440)
    const free = (user: string) =>
      attemptIn(root, ['runuser', '-u', user, '--', 'sudo', '-n', '/bin/true']).status === 0
    const may = (user: string) => attemptIn(root, ['sudo', '-l', '-U', user, '/bin/true']).status === 0
    assert.equal([free('alice'), free('pi')], [true, true], 'before, both are free')
    write(sudo, { ...specOf(text('standard')), defaultUser: 'keep' })
    const check = attemptIn(root, ['visudo', '-c'])
    assert.is(check.status, 0, check.stdout + check.stderr)
    assert.match(check.stdout, '/etc/sudoers.d/zz-pibake: parsed OK')
    assert.equal([free('alice'), may('alice')], [false, false])
    assert.equal([free('bob'), may('bob')], [true, true])
    assert.equal([free('pi'), may('pi')], [false, true])
    assert.match(runIn(root, ['sudo', '-l', '-U', 'pi']), 'timestamp_type=tty')
  })

  test(`${release}: every name that our encoder takes is one user to visudo and to sudo`, () => {
    const names = fc
      .sample(
        fc.string({ unit: fc.constantFrom(...'abzAL09_-%#!+$.', ' ', '\n', ':', '\\'), minLength: 1, maxLength: 6 }),
        {
          numRuns: 20_000,
          seed: 7,
        },
      )
      .filter((name) => refusal(sudoers, name) === undefined && name !== 'pi')
    assert.ok(names.length > 100, `only ${names.length}`)
    put('/tmp/names', `${names.map((name) => `${name} ALL=(ALL:ALL) NOPASSWD: ALL`).join('\n')}\n`, 0o440)
    const done = attemptIn(root, ['visudo', '-cf', '/tmp/names'])
    assert.is(done.status, 0, done.stderr)
    rmSync(join(root, 'etc/sudoers.d/zz-pibake'))
    for (const file of ['010_pi-nopasswd', '90-cloud-init-users']) rmSync(join(root, 'etc/sudoers.d', file))
    put('/etc/sudoers.d/names', `${names.map((name) => `${name} ALL=(ALL:ALL) NOPASSWD: ALL`).join('\n')}\n`, 0o440)
    assert.is(attemptIn(root, ['runuser', '-u', 'pi', '--', 'sudo', '-n', '/bin/true']).status, 1)
  })
}
