import * as assert from 'uvu/assert'
import { inspect } from '../../../src/device/inspect/inspect.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import type { Tree } from '../../../src/storage/tree/tree.ts'
import { memoryTree, type Sketch } from '../../support/memory.ts'
import { planOf } from '../../support/plan.ts'
import { proved } from '../../support/proved.ts'
import { smallSpec, specOf } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('packages of the spec in the proof')

const plan = planOf(smallSpec())

/** What is said of the logins when a package brings these files. */
function saidOf(files: Tree | string, image: Readonly<Record<string, string>> = {}): readonly string[] {
  const target = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
  for (const [path, node] of memoryTree(image).nodes)
    if (!target.root.nodes.has(path)) target.root.nodes.set(path, node)
  const deb = { file: 'kit.deb', sha256: '', content: new Uint8Array(), files: () => files }
  const spec = specOf(smallSpec())
  const own = { ...spec, packages: { ...spec.packages, debs: [deb] } }
  const verdict = proved(own, inspect(target, { allowBooted: false }), plan)
  return [...verdict.lockouts, ...verdict.open, ...verdict.unproved].map(({ code }) => code)
}

const holds = (files: Readonly<Record<string, Sketch>>) => saidOf(memoryTree(files))

test('a package with a program of its own changes nothing', () => {
  assert.equal(holds({ '/usr/bin/kit': { text: '#!/bin/sh\n', mode: 0o755 }, '/lib/kit/data': 'x' }), [])
})

const cases: [title: string, files: Readonly<Record<string, Sketch>>, code: string][] = [
  ['a nologin', { '/etc/nologin': 'closed\n' }, 'ACC017'],
  ['a setting of sshd', { '/etc/ssh/sshd_config.d/00-kit.conf': 'DenyUsers alice\n' }, 'ACC001'],
  [
    'a rule of sudo',
    { '/etc/sudoers.d/kit': { text: 'Defaults requiretty\nALL ALL=(ALL) NOPASSWD: ALL\n', mode: 0o440 } },
    'ACC036',
  ],
  ['a drop-in of the unit', { '/lib/systemd/system/ssh.service.d/kit.conf': '[Service]\nExecStart=\n' }, 'ACC014'],
  ['a shell with the rights of root', { '/usr/bin/kit': { text: 'ELF', mode: 0o4755 } }, 'ACC053'],
]
for (const [title, files, code] of cases) {
  test(`what a package brings is judged: ${title}`, () => {
    assert.ok(holds(files).includes(code), `${code} is not among ${holds(files).join(' ')}`)
  })
}

test('a file below /etc that the image has already stays', () => {
  const kept = { '/etc/ssh/sshd_config.d/00-kit.conf': '# nothing\n' }
  assert.equal(saidOf(memoryTree({ '/etc/ssh/sshd_config.d/00-kit.conf': 'DenyUsers alice\n' }), kept), [])
})

test('a package that cannot be looked into is said', () => {
  assert.equal(saidOf('this machine has no dpkg-deb'), ['ACC053'])
})
