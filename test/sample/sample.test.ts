import * as assert from 'uvu/assert'
import { behaviours } from '../../src/sample/behaviours.ts'
import { samplePiOs } from '../../src/sample/sample.ts'
import type { Tree } from '../../src/storage/tree/tree.ts'
import { everySample } from '../support/samples.ts'
import { suite } from '../support/suite.ts'

const test = suite('sample')

const text = (tree: Tree, path: string) => new TextDecoder().decode(tree.read(path))
const names = (tree: Tree, path: string) =>
  text(tree, path)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(':')[0])

for (const { title, options } of everySample()) {
  test(`${title}: account files agree with each other`, () => {
    const { root } = samplePiOs(options)
    assert.equal(names(root, '/etc/passwd'), names(root, '/etc/shadow'))
    assert.equal(names(root, '/etc/group'), names(root, '/etc/gshadow'))
    assert.is(new Set(names(root, '/etc/passwd')).size, names(root, '/etc/passwd').length)
    const sudo = text(root, '/etc/group')
      .split('\n')
      .find((line) => line.startsWith('sudo:'))
    assert.is(sudo, 'sudo:x:27:pi')
  })

  test(`${title}: every enabled unit has its file`, () => {
    const { root } = samplePiOs(options)
    for (const target of root.list('/etc/systemd/system').filter((name) => name.endsWith('.wants'))) {
      for (const unit of root.list(`/etc/systemd/system/${target}`)) {
        assert.ok(root.read(`/etc/systemd/system/${target}/${unit}`), `${target}/${unit}`)
      }
    }
  })

  test(`${title}: what tells the behaviour class is there`, () => {
    const { root, boot } = samplePiOs(options)
    const facts = behaviours[options.behaviour]
    const gen = options.builder === 'rpi-image-gen'
    assert.is(text(root, '/etc/machine-id'), facts.machineId)
    assert.is(text(boot, '/cmdline.txt').includes(facts.trigger), !gen)
    assert.is(root.lstat('/etc/sudoers.d/010_pi-nopasswd') !== undefined, facts.passwordlessSudo)
    assert.is(boot.lstat('/user-data') !== undefined, facts.cloudInit === 'seeded' && !gen)
    assert.is(root.lstat('/etc/systemd/system/multi-user.target.wants/ssh.service'), undefined)
    assert.equal(root.list('/boot/firmware'), [])
  })
}
