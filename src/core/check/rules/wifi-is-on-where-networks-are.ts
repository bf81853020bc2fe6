import type { Rule } from './rule.ts'

/** Networks are set up only for a radio that is on. */
export const wifiIsOnWhereNetworksAre: Rule = {
  reads: ['hardware', 'network'],
  check({ spec }, report) {
    if (spec.hardware.wifi === 'on' || (spec.network.wifi?.networks.length ?? 0) === 0) return
    report.error(
      'HWR001',
      ['network', 'wifi', 'networks'],
      'network.wifi sets up networks, and hardware.wifi switches the radio off',
      'take out one of them',
    )
  },
}
