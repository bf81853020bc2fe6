import { isIP } from '../../../base/host/addresses.ts'
import type { Rule } from './rule.ts'

/** The name of a device is no address, and not the one that every device has. */
export const theDeviceHasANameOfItsOwn: Rule = {
  reads: ['device'],
  check({ spec: { device } }, report) {
    const { hostname = '' } = device
    const path = ['device', 'hostname']
    if (isIP(hostname) !== 0) {
      report.error('NET001', path, 'device.hostname is an address, not a name', 'a name such as kit-07')
    }
    if (/^localhost(\.|$)/i.test(hostname)) {
      report.error('NET001', path, 'device.hostname: localhost is every device itself', 'a name such as kit-07')
    }
  },
}
