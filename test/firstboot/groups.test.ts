import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'
import { Device, started } from './support/device.ts'

/** Owners join the groups that a package makes. */
const test = suite('first boot: groups')

/** One whose first start is over, and which had nobody to put anywhere. */
const finished = started(test, () => new Device().ask('ssh-port', '22\n'))

const step = async (device: Device) => {
  const { status } = await device.call(['run'])
  const { steps } = JSON.parse(device.read('var/lib/pibake/status.json'))
  const { state, reason, changed } = steps.find(({ id }: { id: string }) => id === 'groups')
  return {
    status,
    said: [state, reason, changed].join(' '),
    group: device.has('etc/group') && device.read('etc/group'),
  }
}

const cases: readonly (readonly [title: string, asked: string, before: string, after: string, said: string])[] = [
  ['a group without members', 'alice:docker\n', 'docker:x:991:\n', 'docker:x:991:alice\n', 'ok none true'],
  ['a group with members', 'alice:docker\n', 'docker:x:991:bob\n', 'docker:x:991:bob,alice\n', 'ok none true'],
  ['who is in it already', 'alice:docker\n', 'docker:x:991:bob,alice\n', 'docker:x:991:bob,alice\n', 'ok none false'],
  ['a name that begins alike', 'al:docker\n', 'docker:x:991:alice\n', 'docker:x:991:alice,al\n', 'ok none true'],
  ['a group that begins alike', 'alice:lxd\n', 'lxdx:x:9:\nlxd:x:8:\n', 'lxdx:x:9:\nlxd:x:8:alice\n', 'ok none true'],
  [
    'a group that is not there is said, and the others are joined',
    'alice:docker\nbob:lxd\n',
    'lxd:x:992:\n',
    'lxd:x:992:bob\n',
    'degraded group-missing true',
  ],
]

for (const [title, asked, before, after, said] of cases) {
  test(`${title}: ${said}`, async () => {
    const device = finished().redo('groups')
    try {
      device.ask('groups', asked).write('etc/group', before)
      assert.equal(await step(device), { status: said.startsWith('ok') ? 0 : 2, said, group: after })
    } finally {
      device.remove()
    }
  })
}

test('a group that a package makes later is joined by the next try', async () => {
  const device = finished().redo('groups')
  try {
    device.ask('groups', 'alice:docker\n').write('etc/group', '')
    assert.is((await step(device)).said, 'degraded group-missing true')
    device.write('etc/group', 'docker:x:991:\n')
    assert.equal(await step(device), { status: 0, said: 'ok none true', group: 'docker:x:991:alice\n' })
  } finally {
    device.remove()
  }
})

test('gpasswd fails: said', async () => {
  const device = finished().redo('groups')
  try {
    device.ask('groups', 'alice:docker\n').write('etc/group', 'docker:x:991:\n').lose('gpasswd')
    assert.is((await step(device)).said, 'degraded group-not-joined true')
  } finally {
    device.remove()
  }
})
