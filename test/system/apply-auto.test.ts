import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { samplePiOs } from '../../src/sample/sample.ts'
import { plant } from '../support/plant.ts'
import { smallSpec } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { pibake } from './support/pibake.ts'
import { attempt, run } from './support/run.ts'

const test = suite('apply --auto: a card that a desktop has mounted')

/** Two folders of one device, for not every kernel looks for partitions on a loop device or has FAT: what is in them says which is which. */
test('it is found, shown, and taken with --yes alone; what was written reads back, and how to unmount it is said', () => {
  const place = mkdtempSync('/dev/shm/pibake-auto-')
  const [card, whole] = [join(place, 'card.img'), join(place, 'whole')]
  const [boot, root] = [join(place, 'media/bootfs'), join(place, 'media/rootfs')]
  writeFileSync(card, '')
  truncateSync(card, 64 << 20)
  run(['mkfs.ext4', '-q', card])
  const device = run(['losetup', '--find', '--show', card]).trim()
  const mounted: string[] = []
  const mount = (point: string, words: readonly string[]) => {
    mkdirSync(point, { recursive: true })
    run(['mount', ...words, point])
    mounted.unshift(point)
  }
  try {
    mount(whole, [device])
    for (const [name, point] of Object.entries({ boot, root })) {
      mkdirSync(join(whole, name))
      mount(point, ['--bind', join(whole, name)])
    }
    const sample = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
    plant(root, [...sample.root.nodes])
    plant(boot, [...sample.boot.nodes])
    const spec = join(place, 'pibake.yaml')
    writeFileSync(spec, JSON.stringify({ ...smallSpec(), packages: { bundle: false } }))

    const asked = pibake(['apply', spec, '--auto'])
    assert.is(asked.status, 2, asked.stderr)
    assert.match(asked.stderr, new RegExp(`Found ${device} \\(loop device, .*: boot ${boot}, root ${root}`))
    assert.match(asked.stderr, /nobody can be asked.*\n {2}hint: --yes, or --boot/)
    const done = pibake(['apply', spec, '--auto', '--yes'])
    assert.is(done.status, 0, done.stderr)
    assert.match(done.stdout, /^Applied \d+ changes/)
    assert.match(done.stdout, new RegExp(`^next: +umount ${boot} ${root}$`, 'm'))
    assert.is(pibake(['verify', spec, '--boot', boot, '--root', root]).status, 0)
    const both = pibake(['apply', spec, '--auto', '--root', root])
    assert.is(both.status, 2)
    rmSync(join(boot, 'cmdline.txt'))
    const half = pibake(['apply', spec, '--auto', '--yes'])
    assert.is(half.status, 3, half.stderr)
    assert.match(half.stderr, 'no card of Raspberry Pi OS is mounted')
  } finally {
    for (const point of mounted) attempt(['umount', point])
    run(['losetup', '--detach', device])
    rmSync(place, { recursive: true, force: true })
  }
})
