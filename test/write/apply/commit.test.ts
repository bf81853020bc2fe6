import { lstatSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { commit } from '../../../src/write/apply/commit.ts'
import { bootOf, changesOn, OPERATIONS, plantCard, rootOf, withTarget } from '../../support/bake-fixture.ts'
import { snapshot } from '../../support/snapshot.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'

const test = suite('commit')
const EPOCH = 1_700_000_000

test('makes every change, and a second run finds nothing to do and touches nothing', () =>
  inWorkdir(async (card) => {
    plantCard(card)
    const untouched = lstatSync(rootOf(card)).mtimeMs
    const receipt = await withTarget(card, (target) => commit(target, changesOn(target), { epoch: EPOCH }))
    assert.equal(receipt.warnings, [])
    const root = rootOf(card)
    assert.is(readFileSync(join(root, 'etc/hostname'), 'utf8'), 'kit-07\n')
    assert.is(lstatSync(join(root, 'usr/sudo')).mode & 0o7777, 0o6711, 'the set-user-ID bit outlives chown')
    assert.is(lstatSync(join(root, 'etc/ssh')).mode & 0o7777, 0o750)
    assert.is(lstatSync(join(root, 'home/alice/.ssh/authorized_keys')).mtimeMs, EPOCH * 1000)
    for (const changed of ['etc', 'etc/ssh', 'home', 'home/alice']) {
      assert.is(lstatSync(join(root, changed)).mtimeMs, EPOCH * 1000, changed)
    }
    assert.is(lstatSync(root).mtimeMs, untouched, 'nothing was changed in it, and nothing tells of the staging')
    assert.ok(lstatSync(join(root, 'usr/lib/pibake')).isDirectory(), 'written through the link inside the tree')
    assert.is(readlinkSync(join(root, 'lib')), 'usr/lib')
    for (const gone of ['home/pi', 'etc/passwd', '.pibake-apply']) {
      assert.is(lstatSync(join(root, gone), { throwIfNoEntry: false }), undefined, gone)
    }
    assert.match(readFileSync(join(bootOf(card), 'CONFIG.TXT'), 'utf8'), /disable-bt/, 'FAT finds a name in any case')

    const once = snapshot(card, { times: true })
    await withTarget(card, async (target) => {
      const again = changesOn(target)
      assert.equal(again, [])
      await commit(target, again, { epoch: EPOCH })
    })
    assert.equal(snapshot(card, { times: true }), once)
    assert.ok(OPERATIONS.length > 14)
  }))
