import type { Rule } from './rule.ts'

/** What is written has an effect: a key that another one makes void is likely a mistake. */
export const keysHaveAnEffect: Rule = {
  reads: ['defaultUser', 'removeHome', 'ssh', 'firewall', 'fail2ban', 'packages'],
  check({ spec, written }, report) {
    if (spec.removeHome && spec.defaultUser !== 'remove') {
      report.warning('SPC012', ['removeHome'], `removeHome has no effect with defaultUser: ${spec.defaultUser}`)
    }
    const { bundle, debs, keep, snapshot } = spec.packages
    if (!bundle && debs.length > 0) {
      report.error(
        'PKG008',
        ['packages', 'debs'],
        'packages.debs are carried in the image, and packages.bundle is false',
      )
    }
    for (const [key, isSet] of [
      ['keep', keep],
      ['snapshot', snapshot !== undefined],
    ] as const) {
      if (!bundle && isSet)
        report.warning('SPC012', ['packages', key], `packages.${key} has no effect with packages.bundle: false`)
    }
    const off = [
      ['ssh', spec.ssh.enabled, ['allowUsers', 'denyUsers', 'settings', 'passwordAuthentication', 'userCA']],
      ['firewall', spec.firewall.enabled, ['rules', 'incoming', 'outgoing', 'routed', 'logging']],
      ['fail2ban', spec.fail2ban.enabled, ['jails', 'ignoreip']],
    ] as const
    for (const [section, enabled, keys] of off) {
      if (enabled) continue
      const own: object = written[section] ?? {}
      for (const key of keys.filter((name) => Object.hasOwn(own, name))) {
        report.warning('SPC012', [section, key], `${section}.${key} has no effect with ${section}.enabled: false`)
      }
    }
  },
}
