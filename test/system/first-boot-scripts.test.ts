import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'
import { runIn } from './support/chroot.ts'
import { Container } from './support/container.ts'
import { stockImage } from './support/dress.ts'
import { Network } from './support/network.ts'
import { Owner } from './support/owner.ts'
import { pibake } from './support/pibake.ts'
import { settleIn } from './support/site.ts'

/** Scripts at their times, on a device that systemd starts. */
const test = suite('first boot: scripts and when they are run')

const owner = new Owner()
const network = new Network()
process.once('exit', () => {
  network.remove()
  owner.remove()
})

const early = `#!/bin/sh
{ systemctl is-active NetworkManager.service ssh.service; ip -4 route show default | wc -l; nft list tables; ls -d /home/alice; } >/var/lib/early 2>&1
exit 0
`
const failing = '#!/bin/sh\necho tried >>/var/lib/failing\nexit 1\n'
const online = '#!/bin/sh\nip -4 route show default >/var/lib/online\n'

for (const behaviour of ['bookworm-2025', 'trixie-2026'] as const) {
  test(`${behaviour}: before the network, and with it; a restart goes on counting`, async () => {
    const image = stockImage(behaviour)
    let device: Container | undefined
    try {
      settleIn(image.root)
      const spec = join(dirname(owner.spec), `${behaviour}.yaml`)
      for (const [name, text] of Object.entries({ early, failing, online }))
        writeFileSync(join(dirname(spec), `${name}.sh`), text)
      writeFileSync(spec, readFileSync(owner.spec))
      appendFileSync(
        spec,
        `firstBoot:
  scripts:
    - { path: early.sh, when: before-network, timeout: 30 }
    - { path: failing.sh, when: before-network, timeout: 30, retries: 1 }
    - { path: online.sh, when: network, retries: 3 }
`,
      )
      const applied = pibake(['apply', spec, '--boot', image.boot, '--root', image.root])
      assert.is(applied.status, 0, applied.stdout + applied.stderr)
      runIn(image.root, ['systemd-analyze', 'verify', '--man=no', 'pibake-firstboot.service', 'default.target'])
      const boot = async () => {
        const started = new Container(image.root, { network, bind: { [image.boot]: '/boot/firmware' } })
        device = started
        await started.until('sshd', 90, () => owner.login(network, ['true']).status === 0)
        return started
      }
      const first = await boot()
      const [manager, sshd, routes, ...rest] = first.run(['cat', '/var/lib/early']).trim().split('\n')
      assert.equal([manager, sshd, routes], ['inactive', 'inactive', '0'])
      assert.match(rest.join('\n'), 'table inet pibake_interim')
      assert.match(rest.join('\n'), '/home/alice')
      assert.not.match(first.run(['journalctl', '--boot', '--no-pager']), /ordering cycle|deleted to break/)
      await first.until(
        'the script with the network',
        90,
        () => first.attempt(['test', '-s', '/var/lib/online']).status === 0,
      )
      assert.is(first.run(['cat', '/var/lib/failing']), 'tried\n')
      const status = () => first.attempt(['pibake-firstboot', 'status']).stdout
      assert.match(status(), 'script 01-early.sh (before-network): done, until it succeeds, 30 s each')
      assert.match(status(), 'script 02-failing.sh (before-network): waiting, 1 of 2 tries, 30 s each')
      await first.powerOff()
      await first.remove()
      const second = await boot()
      assert.is(second.run(['cat', '/var/lib/failing']), 'tried\ntried\n')
      assert.match(
        second.attempt(['pibake-firstboot', 'status']).stdout,
        'script 02-failing.sh (before-network): gave-up, 2 of 2 tries, 30 s each',
      )
    } finally {
      await device?.remove()
      image.remove()
    }
  })
}
