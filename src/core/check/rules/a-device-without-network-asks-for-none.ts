import type { SpecPath } from '../../../base/report/report.ts'
import type { Rule } from './rule.ts'

/** With `network.none` nothing is asked for that needs a network. */
export const aDeviceWithoutNetworkAsksForNone: Rule = {
  reads: ['network', 'device', 'ssh', 'hardware', 'updates', 'packages'],
  check({ spec, written }, report) {
    const { network, packages } = spec
    if (!network.none) return
    const { updates, hardware, ssh } = written
    const conflicts: readonly (readonly [isThere: boolean, path: SpecPath, hint: string])[] = [
      [network.wifi !== undefined, ['network', 'wifi'], 'take out one of them'],
      [network.wired.length > 0, ['network', 'wired'], 'take out one of them'],
      [ssh?.enabled === true, ['ssh', 'enabled'], 'false, or leave it out: it is off then'],
      [hardware?.wifi === 'on', ['hardware', 'wifi'], 'leave it out: it is off then'],
      [hardware?.bluetooth === 'on', ['hardware', 'bluetooth'], 'leave it out: it is off then'],
      [
        !packages.bundle && spec.updates.firstBoot !== 'none',
        ['updates', 'firstBoot'],
        'none; or let the image carry the packages: packages.bundle: true',
      ],
    ]
    for (const [isThere, path, hint] of conflicts) {
      if (isThere) report.error('NET025', path, `network.none: true, and ${path.join('.')} needs a network`, hint)
    }
    const idle: readonly (readonly [isThere: boolean, path: SpecPath])[] = [
      [updates?.unattended === true, ['updates', 'unattended']],
      [updates?.sshServerDaily === true, ['updates', 'sshServerDaily']],
      [spec.device.timeServers.length > 0, ['device', 'timeServers']],
      [spec.device.proxy !== undefined, ['device', 'proxy']],
    ]
    for (const [isThere, path] of idle) {
      if (isThere) report.warning('SPC012', path, `${path.join('.')} has no effect with network.none: true`)
    }
  },
}
