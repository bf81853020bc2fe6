import { LEAST_RSA_BITS, MIN_RSA_BITS } from '../../../device/formats/public-key.ts'
import type { Rule } from './rule.ts'

/** sshd refuses RSA keys that are shorter than `RequiredRSASize`, which is 3072 unless the owner chose otherwise. */
export const rsaKeysAreLongEnough: Rule = {
  reads: ['users', 'ssh'],
  check({ spec }, report) {
    const keyword = Object.keys(spec.ssh.settings).find((key) => key.toLowerCase() === 'requiredrsasize') ?? ''
    const least = Number(spec.ssh.settings[keyword] ?? MIN_RSA_BITS)
    // What is not a number at all sshd's own rule refuses, where the release is known.
    if (Number.isNaN(least)) return
    const place = ['ssh', 'settings', keyword]
    if (least < LEAST_RSA_BITS) {
      report.error('SSH015', place, `this opens a hole: RSA keys of fewer than ${LEAST_RSA_BITS} bits can be broken`)
    } else if (least < MIN_RSA_BITS) {
      report.warning('SSH017', place, `RSA keys of ${least} bits are far easier to break than those of ${MIN_RSA_BITS}`)
    }
    for (const [i, { authorizedKeys }] of spec.users.entries()) {
      for (const [k, { type, bits, source, fingerprint }] of authorizedKeys.entries()) {
        if (type !== 'ssh-rsa' || bits >= least) continue
        if (source !== undefined) {
          // The owner of the spec cannot take it away there.
          const said = `${fingerprint} of ${source} is an RSA key of ${bits} bits; sshd will refuse it`
          report.warning('KEY004', ['users', i, 'authorizedKeys'], said)
          continue
        }
        const message = `users[${i}].authorizedKeys[${k}] is an RSA key of ${bits} bits; at least ${least} are needed`
        const hint =
          'make a new one: ssh-keygen -t ed25519; or take it all the same: ssh.settings.RequiredRSASize: "2048"'
        report.error('KEY004', ['users', i, 'authorizedKeys', k], message, hint)
      }
    }
  },
}
