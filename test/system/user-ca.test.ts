import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { KEYS } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { runIn } from './support/chroot.ts'
import { type Image, stockImage } from './support/dress.ts'
import { pibake } from './support/pibake.ts'
import { run } from './support/run.ts'

/** Certificates, by what `ssh-keygen -s` is told: who gets in with each, and who does not. */
const cases: readonly (readonly [title: string, user: string, sign: string, isIn: boolean])[] = [
  ['the own name', 'alice', '-n alice', true],
  ['another of the names', 'alice', '-n ops', true],
  ['several names, one of them good', 'alice', '-n x,ops', true],
  ['the name of another user', 'alice', '-n carol', false],
  ['a name that nobody has', 'alice', '-n root', false],
  ['the name of the one, for the other', 'carol', '-n alice', false],
  ['the own name of the other', 'carol', '-n carol', true],
  ['a user without names, by the own name', 'dave', '-n dave', false],
  ['root', 'root', '-n root', false],
  ['a certificate that has ended', 'alice', '-n alice -V 20200101:20210101', false],
  ['a certificate for hosts', 'alice', '-h -n alice', false],
  ['one of another authority', 'alice', '-s other -n alice', false],
  ['the key without a certificate', 'alice', '', false],
]

const PREPARE = `
ssh-keygen -A
cd /root
ssh-keygen -q -t ed25519 -N '' -f key
`
const SESSION = `
/usr/sbin/sshd
for try in 1 2 3 4 5 6 7 8 9 10; do grep -q ':0016 .* 0A ' /proc/net/tcp && break; sleep 0.1; done
cd /root
while read -r user sign; do
  rm -f key-cert.pub
  case $sign in
    '') ;;
    *-s*) ssh-keygen -q -I test $sign key.pub ;;
    *) ssh-keygen -q -I test -s ca $sign key.pub ;;
  esac
  timeout 10 ssh -n -F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o BatchMode=yes \
    -o IdentitiesOnly=yes -i key $user@127.0.0.1 'echo in as $(id -un)' 2>/dev/null || echo out
done </root/cases`

for (const behaviour of ['bookworm-2025', 'trixie-2026'] as const) {
  const test = suite(`user CA on ${behaviour}, judged by its sshd and ssh-keygen`)
  const place = mkdtempSync(join(tmpdir(), 'pibake-ca-'))
  let image: Image
  test.before(() => {
    image = stockImage(behaviour, 'full')
    for (const name of ['ca', 'other']) run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(place, name)])
    const spec = join(place, 'pibake.yaml')
    writeFileSync(
      spec,
      `version: 1
users:
  - { name: alice, sudo: nopasswd }
  - { name: carol, sudo: none }
  - { name: dave, sudo: none, authorizedKeys: ['${KEYS.bob}'] }
ssh:
  userCA:
    file: ca.pub
    principals: { alice: [alice, ops], carol: [carol] }
packages: { bundle: false }
`,
    )
    const applied = pibake(['apply', spec, '--boot', image.boot, '--root', image.root])
    assert.is(applied.status, 0, applied.stdout + applied.stderr)
    assert.match(applied.stdout, /ssh alice@\S+ +certificate for alice or ops of SHA256:\S+/)
    assert.match(applied.stdout, /ssh carol@\S+ +certificate for carol of SHA256:\S+/)
    runIn(image.root, ['sh', '-euc', PREPARE])
    run(['cp', join(place, 'ca'), join(place, 'other'), join(image.root, 'root')])
  })
  test.after(() => {
    image.remove()
    rmSync(place, { recursive: true })
  })

  test('sshd takes the configuration, and trusts this authority alone', () => {
    const said = runIn(image.root, ['/usr/sbin/sshd', '-T', '-C', 'user=alice,host=h,addr=192.0.2.1'])
    assert.match(said, /^trustedusercakeys \/etc\/ssh\/pibake-user-ca\.pub$/m)
    assert.match(said, /^authorizedprincipalsfile \/etc\/ssh\/pibake-principals\/%u$/m)
    assert.match(said, /^authorizedprincipalscommand none$/m)
  })

  test('who has a certificate for one of the names of an account gets in as it, and nobody else', () => {
    writeFileSync(join(image.root, 'root/cases'), cases.map(([, user, sign]) => `${user} ${sign}\n`).join(''))
    const said = runIn(image.root, ['sh', '-uc', SESSION], { timeout: 200 }).trim().split('\n')
    assert.equal(
      cases.map(([title], i) => [title, said[i]]),
      cases.map(([title, user, , isIn]) => [title, isIn ? `in as ${user}` : 'out']),
    )
  })
}
