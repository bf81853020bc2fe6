import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { KEYS } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { attemptIn, runIn } from './support/chroot.ts'
import { type Image, stockImage } from './support/dress.ts'
import { pibake } from './support/pibake.ts'
import { run } from './support/run.ts'

/** sshd of the device and a client beside it: what it says on stdout and stderr, and how it ended. */
const SESSION = `
/usr/sbin/sshd
for try in 1 2 3 4 5 6 7 8 9 10; do grep -q ':0016 .* 0A ' /proc/net/tcp && break; sleep 0.1; done
exec "$@"
`
const OPTIONS = [
  ...['-F', 'none', '-i', '/root/bob', '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null'],
  ...['-o', 'BatchMode=yes', '-o', 'LogLevel=ERROR'],
]

for (const behaviour of ['bookworm-2025', 'trixie-2026'] as const) {
  const test = suite(`sftp only on ${behaviour}, judged by its sshd and by sftp and ssh`)
  const place = mkdtempSync(join(tmpdir(), 'pibake-sftp-'))
  let image: Image
  test.before(() => {
    image = stockImage(behaviour, 'full')
    run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(image.root, 'root/bob')])
    const spec = join(place, 'pibake.yaml')
    writeFileSync(
      spec,
      `version: 1
users:
  - { name: alice, authorizedKeys: ['${KEYS.alice}'], sudo: nopasswd }
  - name: bob
    authorizedKeys: ['${readFileSync(join(image.root, 'root/bob.pub'), 'utf8').trim()}']
    sudo: none
    sftpOnly: /srv/sftp/bob
packages: { bundle: false }
`,
    )
    const applied = pibake(['apply', spec, '--boot', image.boot, '--root', image.root])
    assert.is(applied.status, 0, applied.stdout + applied.stderr)
    assert.match(applied.stdout, /Files alone, by sftp\n *sftp bob@\S+ +key SHA256:\S+ .*below \/srv\/sftp\/bob\n/)
    runIn(image.root, ['ssh-keygen', '-A'])
    writeFileSync(join(image.root, 'root/note'), 'a note\n')
  })
  test.after(() => {
    image.remove()
    rmSync(place, { recursive: true })
  })

  const session = (...command: string[]) =>
    attemptIn(image.root, ['sh', '-euc', SESSION, 'sh', 'timeout', '30', ...command])
  const sftp = (...commands: string[]) => {
    writeFileSync(join(image.root, 'root/batch'), commands.map((line) => `${line}\n`).join(''))
    return session('sftp', '-b', '/root/batch', ...OPTIONS, 'bob@127.0.0.1')
  }
  const ssh = (...words: string[]) => session('ssh', '-n', ...OPTIONS, ...words)

  test('sshd takes the configuration, and says the same of the account', () => {
    const said = runIn(image.root, ['/usr/sbin/sshd', '-T', '-C', 'user=bob,host=h,addr=192.0.2.1']).split('\n')
    for (const line of [
      'chrootdirectory /srv/sftp/bob',
      'forcecommand internal-sftp -d /files',
      'disableforwarding yes',
      'allowtcpforwarding no',
      'permittty no',
    ])
      assert.ok(said.includes(line), line)
    const other = runIn(image.root, ['/usr/sbin/sshd', '-T', '-C', 'user=alice,host=h,addr=192.0.2.1'])
    assert.match(other, /^chrootdirectory none$/m)
    assert.match(other, /^forcecommand none$/m)
  })

  test('files go both ways, into the one folder that is his', () => {
    const { status, stdout, stderr } = sftp(
      'pwd',
      'put /root/note note',
      'ls -l',
      'get note /root/back',
      'rename note kept',
    )
    assert.is(status, 0, stdout + stderr)
    assert.match(stdout, 'Remote working directory: /files')
    assert.is(readFileSync(join(image.root, 'root/back'), 'utf8'), 'a note\n')
    assert.is(readFileSync(join(image.root, 'srv/sftp/bob/files/kept'), 'utf8'), 'a note\n')
    assert.is(runIn(image.root, ['stat', '-c', '%U:%G', '/srv/sftp/bob/files/kept']).trim(), 'bob:bob')
  })

  test('nothing of the device is seen, and nothing is written beside the folder', () => {
    for (const path of ['/etc/passwd', '../etc/passwd', '../../../../etc/passwd', '/home/bob/.ssh/authorized_keys']) {
      const { status, stdout, stderr } = sftp(`get ${path} /root/stolen`)
      assert.is(status, 1, stdout + stderr)
    }
    assert.match(sftp('ls -1 /').stdout, /^\/?files\s*$/m)
    for (const command of [
      'put /root/note /note',
      'put /root/note /files/../note',
      'mkdir /x',
      'rename /files /other',
    ]) {
      const { status, stderr } = sftp(command)
      assert.is(status, 1, `${command}: ${stderr}`)
    }
    // A link may name what it will: it is followed inside.
    assert.is(sftp('ln -s /etc/passwd link', 'get link /root/stolen').status, 1)
    assert.is(attemptIn(image.root, ['test', '-e', '/root/stolen']).status, 1)
  })

  test('no command, no shell, no port and no terminal', () => {
    for (const words of [['bob@127.0.0.1', 'id'], ['-tt', 'bob@127.0.0.1'], ['bob@127.0.0.1']]) {
      const { stdout, stderr } = ssh(...words)
      assert.not.match(stdout, 'uid=')
      assert.match(stdout + stderr, /only|refused|not allowed|allocation/i)
    }
    const forward = ssh('-W', '127.0.0.1:22', 'bob@127.0.0.1')
    assert.is.not(forward.status, 0)
    assert.match(forward.stderr, /administratively prohibited|refused|forwarding failed/)
    assert.not.match(forward.stdout, 'SSH-2.0')
    const remote = ssh('-o', 'ExitOnForwardFailure=yes', '-N', '-R', '2000:127.0.0.1:22', 'bob@127.0.0.1')
    assert.match(remote.stderr, /forwarding failed/)
    assert.is(runIn(image.root, ['getent', 'passwd', 'bob']).trim().split(':').at(-1), '/usr/sbin/nologin')
  })

  test('a folder that others may write to is what sshd refuses too', () => {
    runIn(image.root, ['chmod', '0775', '/srv/sftp'])
    try {
      assert.is.not(sftp('pwd').status, 0)
    } finally {
      runIn(image.root, ['chmod', '0755', '/srv/sftp'])
    }
    assert.is(sftp('pwd').status, 0)
  })
}
