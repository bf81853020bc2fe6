import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'
import { attemptIn, runIn } from './support/chroot.ts'
import { type Image, stockImage } from './support/dress.ts'
import { pibake } from './support/pibake.ts'
import { run } from './support/run.ts'

/** A security key that nobody has. */
const SK =
  'sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAINkp8LAMKBaxDYzCdNlzQJtyL2M8oQ2ZqD4bIsFqPCiVAAAABHNzaDo= token'

/** sshd of the device says to its log what it does not understand in a file of keys. */
const SESSION = `
/usr/sbin/sshd -E /tmp/sshd.log -o LogLevel=DEBUG3
for try in 1 2 3 4 5 6 7 8 9 10; do grep -q ':0016 .* 0A ' /proc/net/tcp && break; sleep 0.1; done
exec "$@"
`
const OPTIONS = [
  ...['-F', 'none', '-n', '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null'],
  ...['-o', 'BatchMode=yes', '-o', 'IdentitiesOnly=yes', '-o', 'LogLevel=ERROR'],
]

for (const behaviour of ['bookworm-2025', 'trixie-2026'] as const) {
  const test = suite(`options of keys on ${behaviour}, judged by its sshd`)
  const place = mkdtempSync(join(tmpdir(), 'pibake-keys-'))
  let image: Image
  test.before(() => {
    image = stockImage(behaviour, 'full')
    for (const name of ['plain', 'tunnel'])
      run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(image.root, 'root', name)])
    const key = (name: string) => readFileSync(join(image.root, `root/${name}.pub`), 'utf8').trim()
    const spec = join(place, 'pibake.yaml')
    writeFileSync(
      spec,
      `version: 1
users:
  - name: alice
    sudo: nopasswd
    authorizedKeys:
      - { key: '${SK}', noTouchRequired: true, verifyRequired: true }
      - '${key('plain')}'
      - { key: '${key('tunnel')}', restrict: true, permitOpen: ['127.0.0.1:22', '[::1]:22'] }
packages: { bundle: false }
`,
    )
    const applied = pibake(['apply', spec, '--boot', image.boot, '--root', image.root])
    assert.is(applied.status, 0, applied.stdout + applied.stderr)
    runIn(image.root, ['ssh-keygen', '-A'])
  })
  test.after(() => {
    image.remove()
    rmSync(place, { recursive: true })
  })
  const ssh = (key: string, ...words: string[]) =>
    attemptIn(image.root, [
      ...['sh', '-euc', SESSION, 'sh', 'timeout', '20', 'ssh', ...OPTIONS, '-i', `/root/${key}`],
      ...words,
    ])

  test('ssh-keygen reads each line, and sshd complains of none', () => {
    const listed = runIn(image.root, ['ssh-keygen', '-l', '-f', '/home/alice/.ssh/authorized_keys'])
    assert.match(listed, /\(ED25519-SK\)/)
    assert.is(ssh('tunnel', 'alice@127.0.0.1', 'true').status, 0)
    const log = readFileSync(join(image.root, 'tmp/sshd.log'), 'utf8')
    assert.match(log, /matching key found/i)
    assert.not.match(log, /bad key options|unknown key option|invalid permission/i)
  })

  test('a key reaches the destinations that it is permitted, and no others; another key is not bound', () => {
    assert.match(ssh('tunnel', '-W', '127.0.0.1:22', 'alice@127.0.0.1').stdout, /^SSH-2\.0-/)
    for (const target of ['localhost:22', '127.0.0.2:22']) {
      const { status, stdout, stderr } = ssh('tunnel', '-W', target, 'alice@127.0.0.1')
      assert.is.not(status, 0, target)
      assert.not.match(stdout, 'SSH-2.0', target)
      assert.match(stderr, /prohibited|forwarding failed/, target)
    }
    assert.match(ssh('plain', '-W', '127.0.0.2:22', 'alice@127.0.0.1').stdout, /^SSH-2\.0-/)
    assert.match(ssh('tunnel', '-tt', 'alice@127.0.0.1', 'tty').stderr, /PTY allocation request failed/)
  })
}
