import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Behaviour } from '../../src/device/inspect/inventory.ts'
import { suite } from '../support/suite.ts'
import { runIn } from './support/chroot.ts'
import { Container } from './support/container.ts'
import { type Image, stockImage } from './support/dress.ts'
import { Network } from './support/network.ts'
import { Owner } from './support/owner.ts'
import { pibake } from './support/pibake.ts'
import { settleIn } from './support/site.ts'

const test = suite('first boot: the order of units')

const owner = new Owner()
const network = new Network()
process.once('exit', () => {
  network.remove()
  owner.remove()
})

/** What Raspberry Pi Imager leaves for cloud-init: an account of its own, and passwords for everybody. */
const SEED =
  '#cloud-config\nssh_pwauth: true\nusers:\n  - name: seeded\n    plain_text_passwd: raspberry\n    lock_passwd: false\n'

interface Variant {
  readonly behaviour: Behaviour
  /** Before pibake sees the image. */
  readonly before?: (image: Image) => void
  /** After it, against its plan. */
  readonly after?: (image: Image) => void
}

/** systemd listens on the port of sshd itself; pibake's plan masks that, so it is brought back. */
function socketOn({ root }: Image): void {
  const units = join(root, 'etc/systemd/system')
  for (const link of ['ssh.socket', 'multi-user.target.wants/ssh.service']) rmSync(join(units, link), { force: true })
  mkdirSync(join(units, 'sockets.target.wants'), { recursive: true })
  mkdirSync(join(units, 'ssh.socket.d'), { recursive: true })
  writeFileSync(join(units, 'ssh.socket.d/port.conf'), '[Socket]\nListenStream=\nListenStream=0.0.0.0:2222\n')
  symlinkSync('/usr/lib/systemd/system/ssh.socket', join(units, 'sockets.target.wants/ssh.socket'))
}

const machineId = (text: string) => (image: Image) => writeFileSync(join(image.root, 'etc/machine-id'), text)

const variants: Readonly<Record<string, Variant>> = {
  'bookworm, machine-id empty': { behaviour: 'bookworm-2025', after: machineId('') },
  'bookworm, machine-id uninitialized': { behaviour: 'bookworm-2025', after: machineId('uninitialized\n') },
  'bookworm, ssh.socket on': { behaviour: 'bookworm-2025', after: socketOn },
  'trixie, machine-id empty': { behaviour: 'trixie-2026', after: machineId('') },
  'trixie, machine-id uninitialized': { behaviour: 'trixie-2026', after: machineId('uninitialized\n') },
  'trixie, ssh.socket on': { behaviour: 'trixie-2026', after: socketOn },
  'trixie, cloud-init with a seed': {
    behaviour: 'trixie-2026',
    before: ({ boot }) => {
      writeFileSync(join(boot, 'user-data'), SEED)
      writeFileSync(join(boot, 'meta-data'), 'instance-id: rpi-imager-1\n')
    },
  },
}

for (const [title, { behaviour, before, after }] of Object.entries(variants)) {
  test(`${title}: the local half runs, before sshd, and no unit is dropped`, async () => {
    const image = stockImage(behaviour)
    let device: Container | undefined
    try {
      settleIn(image.root)
      before?.(image)
      const applied = pibake(['apply', owner.spec, '--boot', image.boot, '--root', image.root])
      assert.is(applied.status, 0, applied.stdout + applied.stderr)
      after?.(image)
      runIn(image.root, ['systemd-analyze', 'verify', '--man=no', 'pibake-firstboot.service', 'default.target'])
      const started = new Container(image.root, { network, bind: { [image.boot]: '/boot/firmware' } })
      device = started
      await started.until('sshd', 90, () => owner.login(network, ['true']).status === 0)
      const show = (unit: string, property: string) =>
        started.run(['systemctl', 'show', '--property', property, '--value', unit]).trim()
      assert.is(show('pibake-firstboot.service', 'Result'), 'success')
      assert.is(show('pibake-firstboot.service', 'ActiveState'), 'active')
      for (const unit of ['sshd-keygen.service', 'regenerate_ssh_host_keys.service'])
        assert.is(show(unit, 'ConditionResult'), 'no', `${unit} made host keys too`)
      const made = Number(show('pibake-firstboot.service', 'ExecMainExitTimestampMonotonic'))
      const answers = Number(show('ssh.service', 'ExecMainStartTimestampMonotonic'))
      assert.ok(made > 0 && made < answers, `keys at ${made}, sshd at ${answers}`)
      assert.match(started.run(['nft', 'list', 'tables']), 'table inet pibake_interim')
      assert.not.match(started.console(), /ordering cycle|SKIP|Job .* deleted/)
      assert.not.match(started.run(['journalctl', '--boot', '--no-pager']), /ordering cycle|deleted to break/)
      assert.match(readFileSync(join(image.root, 'etc/machine-id'), 'utf8'), /^[0-9a-f]{32}\n$/)
      assert.is(started.attempt(['getent', 'passwd', 'seeded']).status, 2)
      // The network half makes the other host keys, and sshd reads them: it must go on to answer.
      const slow = () => started.run(['journalctl', '--boot', '--no-pager']).match(/host-keys-slow: .*/)?.[0]
      await started.until('the slow host keys', 90, () => slow() !== undefined)
      assert.match(slow() ?? '', /^host-keys-slow: ok/)
      assert.is(owner.login(network, ['true']).status, 0, 'the owner gets in no longer')
      assert.match(started.run(['sshd', '-T']), /^passwordauthentication no$/m)
    } finally {
      await device?.remove()
      image.remove()
    }
  })
}

test('trixie, no local half: the image’s own unit makes the host keys, and the owner gets in', async () => {
  const image = stockImage('trixie-2026')
  let device: Container | undefined
  try {
    settleIn(image.root)
    const applied = pibake(['apply', owner.spec, '--boot', image.boot, '--root', image.root])
    assert.is(applied.status, 0, applied.stdout + applied.stderr)
    rmSync(join(image.root, 'etc/pibake/plan'))
    const started = new Container(image.root, { network, bind: { [image.boot]: '/boot/firmware' } })
    device = started
    await started.until('sshd', 90, () => owner.login(network, ['true']).status === 0)
    const made = started.run(['systemctl', 'show', '--property', 'ConditionResult', 'sshd-keygen.service'])
    assert.is(made, 'ConditionResult=yes\n')
    assert.match(started.run(['sshd', '-T']), /^passwordauthentication no$/m)
  } finally {
    await device?.remove()
    image.remove()
  }
})
