import * as v from 'valibot'
import * as f from '../fields.ts'
import { flag, layered, list, section, setting, table } from '../values.ts'

const ITSELF = ['127.0.0.1/8', '::1']

const jail = table(
  /^[a-z][a-z0-9_.]{0,63}$/,
  { code: 'F2B002', predicate: 'is not a keyword of a jail', hint: 'see jail.conf(5)' },
  f.jailValue,
  'Keywords of one jail (jail.conf(5)), e.g. maxretry, findtime, bantime.',
)

export const fail2ban = section(
  {
    enabled: setting(flag('Whether fail2ban is installed and on.'), true),
    ignoreip: v.pipe(
      setting(list(f.fromPattern('Address or network.'), 'Never banned; the device itself always belongs to it.'), []),
      v.transform((own) => [...new Set([...ITSELF, ...own])]),
    ),
    mail: setting(flag('Bans are reported to those of `alerts`.'), false),
    jails: layered(
      table(
        /^[A-Za-z][A-Za-z0-9_-]{0,63}$/,
        { code: 'F2B001', predicate: 'is not the name of a jail' },
        jail,
        'Jails by name; `sshd` is there by default.',
      ),
      {
        sshd: { maxretry: 5, findtime: '10m', bantime: '1h' },
        recidive: { maxretry: 3, findtime: '1d', bantime: '1w' },
      },
      { sshd: { maxretry: 3, bantime: -1 }, recidive: { bantime: -1 } },
    ),
  },
  'Bans addresses from which passwords or keys are tried out.',
)
