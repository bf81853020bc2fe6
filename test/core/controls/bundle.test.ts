import * as assert from 'uvu/assert'
import type { Bundle } from '../../../src/core/carried/bundle.ts'
import { BUNDLE_LIST, CARRIED } from '../../../src/core/carried/bundle.ts'
import { finishPlan } from '../../../src/core/compile-for.ts'
import { applyToMemory } from '../../../src/core/plan/apply-in-memory.ts'
import { changesOf } from '../../../src/core/plan/changes.ts'
import type { FileOperation } from '../../../src/core/plan/operation.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import { bundleIn } from '../../../src/write/packages/bundle-in.ts'
import { sha256Of } from '../../../src/write/packages/cache.ts'
import { compiled } from '../../support/plan.ts'
import { smallSpec, sound } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('packages: bundle in a plan')

function bundleOf(...names: string[]): Bundle {
  const debs = new Map(names.map((name) => [`${name}_1_all.deb`, new TextEncoder().encode(`the package ${name}`)]))
  const packages = [...debs].map(([file, content]) => ({
    name: file.replace('_1_all.deb', ''),
    version: '1',
    architecture: 'all',
    file,
    size: content.length,
    installedSize: 100,
    sha256: sha256Of(content),
    uri: `http://a.test/pool/${file}`,
    archive: 'Debian:13.5/stable',
    because: 'asked' as const,
    source: { name: 'x', version: '1' },
  }))
  const image = { release: 'trixie', architecture: 'arm64', packages: 'sha256:a', sources: 'sha256:b' }
  const lock = { image, install: names, upgrade: 'security' as const, debs: [], snapshot: null, asOf: '', packages }
  return { lock, debs, index: new TextEncoder().encode(names.map((name) => `Package: ${name}\n\n`).join('')) }
}

const sample = () => samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
function planOf(target: ReturnType<typeof sample>, bundle?: Bundle | { unknown: string }, packages = {}) {
  return finishPlan(compiled(sound({ ...smallSpec(), packages }), target), { bundle })
}
const fileAt = (plan: ReturnType<typeof planOf>['plan'], path: string) =>
  plan.operations.find((operation): operation is FileOperation => operation.path === path && operation.kind === 'file')

test('the list names every file of the repository with its SHA-256, and no other', () => {
  const bundle = bundleOf('ufw', 'fail2ban')
  const { plan, problems } = planOf(sample(), bundle)
  assert.equal(problems, [])
  const list = new TextDecoder().decode(fileAt(plan, BUNDLE_LIST)?.content)
  const files = plan.operations.filter(({ kind, path }) => kind === 'file' && path.startsWith(`${CARRIED}/`))
  const lines = (files as FileOperation[]).map(
    ({ path, content }) => `${sha256Of(content)}  ${path.slice(CARRIED.length + 1)}\n`,
  )
  assert.is(lines.length, 3)
  assert.equal(list.split(/(?<=\n)/).sort(), lines.sort())
})

test('applied, it is found again; spoiled, it is not', () => {
  const bundle = bundleOf('ufw', 'fail2ban')
  const target = sample()
  applyToMemory(
    target,
    changesOf(target, planOf(target, bundle).plan.operations).map(({ operation }) => operation),
  )
  const there = bundleIn(target.root)
  assert.equal(there?.lock, bundle.lock)
  assert.equal(changesOf(target, planOf(target, there).plan.operations), [])
  const node = target.root.nodes.get(`${CARRIED}/ufw_1_all.deb`)
  assert.ok(node?.kind === 'file')
  target.root.nodes.set(`${CARRIED}/ufw_1_all.deb`, { ...node, content: new Uint8Array(3) })
  assert.is(bundleIn(target.root), undefined)
})

test('a later bundle leaves no file of an earlier one, and none leaves none', () => {
  const target = sample()
  for (const bundle of [bundleOf('ufw', 'fail2ban'), bundleOf('ufw'), undefined]) {
    applyToMemory(
      target,
      changesOf(target, planOf(target, bundle).plan.operations).map(({ operation }) => operation),
    )
    const names = bundle === undefined ? [] : [...bundle.debs.keys(), 'Packages'].sort()
    assert.equal([...target.root.list(CARRIED)].sort(), names)
  }
  assert.is(target.root.lstat(BUNDLE_LIST), undefined)
})

test('packages of your own are asked for on the device by the name that is in them', () => {
  const bundle = bundleOf('mine')
  const own = {
    ...bundle,
    lock: { ...bundle.lock, packages: bundle.lock.packages.map((one) => ({ ...one, uri: null })) },
  }
  const { plan } = planOf(sample(), own)
  assert.match(new TextDecoder().decode(fileAt(plan, '/etc/pibake/first-boot/packages-install')?.content), /^mine$/m)
})

test('they stay where packages.keep says so', () => {
  const keep = '/etc/pibake/first-boot/bundle-keep'
  assert.is(fileAt(planOf(sample(), bundleOf('ufw')).plan, keep), undefined)
  assert.ok(fileAt(planOf(sample(), bundleOf('ufw'), { keep: true }).plan, keep))
})

test('what is not known is told loudly', () => {
  const { plan } = planOf(sample(), { unknown: 'no network' })
  const note = plan.notes.find(({ message }) => message.startsWith('NOT CARRIED'))
  assert.is(note?.severity, 'warning')
  assert.match(note?.message ?? '', 'no network')
})
