import * as assert from 'uvu/assert'
import { overlayRoot } from '../../../src/core/controls/overlay-root.ts'
import type { MemoryTree } from '../../../src/storage/tree/memory.ts'
import { contextOf, quiet } from '../../support/control.ts'
import { memoryTree } from '../../support/memory.ts'
import { outcomeOf, planOf } from '../../support/plan.ts'
import { smallSpec } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('overlay root')

const REMOUNT = '/etc/systemd/system/systemd-remount-fs.service.d/pibake-overlay-root.conf'
const ASKED = '/etc/pibake/first-boot/overlay-root'
const locked = { ...smallSpec(), hardening: { overlayRoot: 'afterFirstStart' } }

test('the image starts as ever: the first start switches it on, and is told so', () => {
  const plan = planOf(locked)
  for (const wanted of ['overlayroot', 'busybox', 'e2fsprogs']) {
    assert.ok(plan.packages.some(({ name, action }) => name === wanted && action === 'install'))
  }
  const asked = plan.operations.find(({ path }) => path === ASKED)
  assert.is(asked?.kind === 'file' && new TextDecoder().decode(asked.content), 'yes\n')
  const remount = plan.operations.find(({ path }) => path === REMOUNT)
  assert.match(
    new TextDecoder().decode(remount?.kind === 'file' ? remount.content : undefined),
    '[Unit]\nConditionKernelCommandLine=!overlayroot\n',
  )
  const cmdline = plan.operations.find(({ path }) => path === '/cmdline.txt')
  assert.not.match(new TextDecoder().decode(cmdline?.kind === 'file' ? cmdline.content : undefined), /overlayroot/)
  const said = plan.notes.map(({ message }) => message).join('\n')
  for (const what of ['upgrades go into memory', 'the journal ends', 'fail2ban forgets', 'pibake-firstboot unlock']) {
    assert.match(said, what)
  }
})

test('without the key nothing is asked, and no word is taken away that another tool has put there', () => {
  assert.equal(overlayRoot.compile(contextOf()), {})
  assert.not.ok(planOf(smallSpec()).operations.some(({ path }) => path === ASKED))
})

test('once the key is gone the word goes, too', () => {
  const part = overlayRoot.compile(contextOf({}, { root: memoryTree({ [ASKED]: 'yes\n', [REMOUNT]: '' }) }))
  assert.is(part.cmdline?.length, 2)
  assert.equal(
    part.operations?.map(({ kind, path }) => [kind, path]),
    [['remove', REMOUNT]],
  )
})

test('the word of the first start is no question for the proof; that of another tool is', () => {
  const withWord = (root: MemoryTree, boot: MemoryTree | undefined) => {
    const script = '/usr/share/initramfs-tools/scripts/init-bottom/overlayroot'
    for (let at = script.indexOf('/', 1); at !== -1; at = script.indexOf('/', at + 1)) {
      if (root.lstat(script.slice(0, at)) === undefined) {
        root.nodes.set(script.slice(0, at), { kind: 'directory', mode: 0o755, uid: 0, gid: 0 })
      }
    }
    const file = (text: string) => {
      return { kind: 'file', content: new TextEncoder().encode(text), mode: 0o755, uid: 0, gid: 0 } as const
    }
    root.nodes.set(script, file('#!/bin/sh\n'))
    const words = new TextDecoder().decode(boot?.read('/cmdline.txt')).trim()
    boot?.nodes.set('/cmdline.txt', file(`${words} overlayroot=tmpfs\n`))
  }
  const codes = (spec: object) => outcomeOf(spec, { tamper: withWord }).codes
  assert.equal(codes(locked), [])
  assert.equal(codes(smallSpec()), ['ACC059'])
  assert.is(quiet.hardening.overlayRoot, 'off')
})
