import { readFileSync, writeFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import type { Behaviour } from '../../src/device/inspect/inventory.ts'
import { POLICY, readPolicy, readSshAudit } from '../hardness/readings.ts'
import { suite } from '../support/suite.ts'
import { runIn } from './support/chroot.ts'
import { type Image, stockImage } from './support/dress.ts'
import { Owner, SSH_PORT } from './support/owner.ts'
import { pibake } from './support/pibake.ts'
import { debianRoot } from './support/roots.ts'

/** Starts the device's sshd with the keys that were made beforehand, and asks it; ssh-audit is Trixie's, seen at /mnt: Bookworm's is older than its policies. */
const ASK = `
mv /etc/pibake/first-boot/host-keys.d/* /etc/ssh/
/usr/sbin/sshd -f /etc/ssh/sshd_config -o PidFile=/run/sshd.pid
for i in $(seq 100); do if ssh-keyscan -p "$1" 127.0.0.1 >/dev/null 2>&1; then break; fi; sleep 0.1; done
shift
chroot /mnt "$@" || :
kill "$(cat /run/sshd.pid)"
`

for (const behaviour of ['bookworm-2025', 'trixie-2026'] as Behaviour[]) {
  const test = suite(`ssh-audit of strict, ${behaviour}`)
  const owners: Owner[] = []
  const images: Image[] = []
  test.after(() => {
    for (const one of [...images, ...owners]) one.remove()
  })

  /** What ssh-audit prints of a device with these lines below `ssh`. */
  const asked = (ssh: string, ...words: string[]) => {
    const owner = new Owner({ more: 'profile: strict\n' })
    owners.push(owner)
    writeFileSync(owner.spec, readFileSync(owner.spec, 'utf8').replace('ssh:\n', `ssh:\n  hostKeys: bake\n${ssh}`))
    const image = stockImage(behaviour, 'full')
    images.push(image)
    const applied = pibake(['apply', owner.spec, '--boot', image.boot, '--root', image.root], { timeout: 600 })
    assert.is(applied.status, 0, applied.stdout + applied.stderr)
    const audit = ['ssh-audit', '--json', '--skip-rate-test', `--port=${SSH_PORT}`, ...words, '127.0.0.1']
    const guest = debianRoot('trixie', 'full')
    return runIn(image.root, ['sh', '-euc', ASK, 'sh', `${SSH_PORT}`, ...audit], { guest, timeout: 300 })
  }

  test('its policy is passed, in every order and length that it wants', () => {
    assert.equal(readPolicy(asked('', '--policy', POLICY)), [])
  })

  test('without an RSA key there is nothing to find fault with', () => {
    const said = asked('  hostKeyTypes: [ed25519]\n')
    const { failures, warnings } = readSshAudit(said)
    assert.equal([...failures, ...warnings], [])
    const keys = (JSON.parse(said) as { key: { algorithm: string }[] }).key.map(({ algorithm }) => algorithm)
    assert.equal(keys, ['ssh-ed25519'])
  })
}
