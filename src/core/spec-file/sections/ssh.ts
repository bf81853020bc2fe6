import * as v from 'valibot'
import * as f from '../fields.ts'
import { flag, list, oneOf, section, setting, table, whole } from '../values.ts'

export const ssh = section(
  {
    enabled: setting(flag('Whether the SSH server runs.'), true),
    port: setting(whole(1, 65535, 'SSH001', 'TCP port of the SSH server; firewall and fail2ban follow it.'), 22),
    passwordAuthentication: setting(flag('Whether a password is enough to log in over the network.'), false),
    allowUsers: setting(
      list(
        f.userPattern('A user name, or user@host.'),
        'Who may log in; by default every user of this spec who has a key.',
      ),
    ),
    denyUsers: setting(
      list(f.userPattern('A user name, or user@host.'), 'Who may not log in, whatever else is set.'),
      [],
    ),
    userCA: setting(
      section(
        {
          file: f.referenced('The public keys of the authority, one a line.'),
          principals: setting(
            table(
              /^[a-z_][a-z0-9_-]{0,30}$/,
              { code: 'USR001', predicate: 'is not a user name', hint: 'a name of users' },
              list(f.principal('A name that certificates bear.'), 'Names of which a certificate has to bear one.'),
              'Who is let in by certificates, and the names for it; by default every user, by the own name.',
            ),
          ),
        },
        'An authority whose certificates let in.',
      ),
    ),
    hostKeys: setting(
      oneOf(['device', 'bake'], 'Where the host keys are made: on the device at its first start, or now.'),
      'device',
    ),
    hostKeyTypes: setting(
      list(
        oneOf(['ed25519', 'rsa', 'rsa-4096'], 'A type; `rsa` has 3072 bits.'),
        'Types of host keys that the device has; ed25519 is among them.',
      ),
      ['ed25519', 'rsa'],
      ['ed25519', 'rsa-4096'],
    ),
    settings: setting(
      table(
        /^[A-Za-z][A-Za-z0-9]{1,63}$/,
        { code: 'SSH003', predicate: 'is not an sshd keyword', hint: 'see sshd_config(5)' },
        v.union([f.settingValue('Arguments of the keyword.'), v.pipe(v.number(), v.transform(String))]),
        'Further sshd keywords (sshd_config(5)), checked against the sshd of the image.',
      ),
      {},
    ),
  },
  'The SSH server.',
)
