import { unitName } from '../../../device/systemd/unit-name.ts'
import type { Spec } from '../../spec-file/spec.ts'
import type { Rule } from './rule.ts'

/** Units that a key of the spec switches, and that key. */
const DECIDED: readonly (readonly [RegExp, (spec: Spec) => string | undefined])[] = [
  [/^sshd?\.(service|socket)$/, () => 'ssh.enabled decides about it'],
  [/^ufw\.service$/, () => 'firewall.enabled decides about it'],
  [/^fail2ban\.service$/, () => 'fail2ban.enabled decides about it'],
  [
    /^apt-daily(-upgrade)?\.(timer|service)$|^unattended-upgrades\.service$/,
    () => 'updates.unattended decides about it',
  ],
  [/^apparmor\.service$/, () => 'hardening.appArmor decides about it'],
  [/^serial-getty@/, () => 'hardening.serialConsole decides about it'],
  [/^(wpa_supplicant)\.service$/, () => 'hardware.wifi decides about it'],
  [/^(bluetooth|hciuart)\.service$/, () => 'hardware.bluetooth decides about it'],
  [/^pibake-/, () => 'it is a part of pibake; the spec has a key for what it does'],
  [
    /^(nftables|netfilter-persistent|iptables|ip6tables|firewalld)\.service$/,
    ({ firewall }) =>
      firewall.enabled
        ? "it would replace ufw's rules; to have it in ufw's place say firewall.enabled: false"
        : undefined,
  ],
]

/** A unit is enabled, or it is not; and what a key of its own switches is not switched here. */
export const servicesHaveOneState: Rule = {
  reads: ['services', 'firewall'],
  check({ spec }, report) {
    const { enable, disable, mask } = spec.services
    for (const [i, word] of enable.entries()) {
      const unit = unitName(word)
      const path = ['services', 'enable', i]
      const reason = DECIDED.find(([pattern]) => pattern.test(unit))?.[1](spec)
      if (reason !== undefined) report.error('SVC017', path, `${unit} cannot be enabled here: ${reason}`)
      for (const [list, units] of Object.entries({ disable, mask })) {
        if (!units.some((other) => unitName(other) === unit)) continue
        report.error('SVC001', path, `services.enable wants ${unit} to start, services.${list} does not`)
      }
    }
  },
}
