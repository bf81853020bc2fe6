import { HASH, type LooseSpec } from '../../support/spec.ts'

/** The password behind {@link HASH}: every account of the corpus that has one has this. */
export const PASSWORD = 'correct horse'

/** Public keys: of the owner, of a user who may not become root, and of somebody whom no spec names. */
export interface Keys {
  readonly alice: string
  readonly bob: string
  readonly mallory: string
}

/** Where clients come from, and through which interface of the device. The third is one that the firewall keeps out. */
export const clients = {
  lan: { address: '192.0.2.2', device: '192.0.2.1', interface: 'eth0' },
  wlan: { address: '10.1.2.3', device: '10.1.2.1', interface: 'wlan0' },
  stranger: { address: '203.0.113.7', device: '192.0.2.1', interface: 'eth0' },
} as const
export type Client = keyof typeof clients

/**
 * The spec that every state begins with: an owner and a user without sudo, SSH open to two networks. Nothing has to be
 * fetched, and nobody is banned while the judge tries what fails.
 */
export function smallSite(keys: Keys): LooseSpec {
  return {
    version: 1,
    device: { hostname: 'kit-07' },
    users: [
      { name: 'alice', passwordHash: HASH, authorizedKeys: [keys.alice] },
      { name: 'bob', passwordHash: HASH, authorizedKeys: [keys.bob], sudo: 'none', groups: [] },
    ],
    firewall: {
      rules: [
        'allow from 192.0.2.0/24 to any port 22 proto tcp',
        'allow in on wlan0 from 10.1.2.0/24 to any port 22 proto tcp',
      ],
    },
    fail2ban: { enabled: false },
    updates: { firstBoot: 'none', unattended: false, sshServerDaily: false },
    packages: { bundle: false },
  }
}
