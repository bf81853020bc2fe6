import * as assert from 'uvu/assert'
import { Device } from '../firstboot/support/device.ts'
import { suite } from '../support/suite.ts'
import { anomaliesOf, local } from './support/anomalies.ts'

const test = suite('first boot: kills')

test('kill at the Nth command of the local half: the next start finishes', () =>
  anomaliesOf('kill', local, ['run', 'local']))

test('kill at the Nth command of making the RSA key, which sshd does not wait for: the next start finishes', async () => {
  const device = new Device().ask('host-keys', 'ed25519\n')
  try {
    assert.is((await device.call(['run'])).status, 0)
    device.ask('host-keys', 'ed25519\nrsa\n').redo('host-keys-slow')
    await anomaliesOf('kill', () => device.copy(), ['run', 'network'], { env: { SHORT_RSA: 'yes' } })
  } finally {
    device.remove()
  }
})
