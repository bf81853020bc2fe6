import type { Rule } from './rule.ts'

/** Every device has an ed25519 key, which is made in a moment: sshd waits for none that takes long. */
export const hostKeyTypesFit: Rule = {
  reads: ['ssh'],
  check({ spec }, report) {
    const place = ['ssh', 'hostKeyTypes']
    const types = spec.ssh.hostKeyTypes
    if (!types.includes('ed25519')) {
      report.error(
        'SSH019',
        place,
        'ssh.hostKeyTypes lacks ed25519',
        'hostKeyTypes: [ed25519] is enough for all clients of today',
      )
    }
    if (types.includes('rsa') && types.includes('rsa-4096')) {
      report.error('SSH019', place, 'ssh.hostKeyTypes names RSA twice', 'there is one RSA key: rsa or rsa-4096')
    }
  },
}
