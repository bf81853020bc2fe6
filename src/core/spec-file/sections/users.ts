import * as v from 'valibot'
import * as f from '../fields.ts'
import { secretSource } from '../secret-source.ts'
import { checked, flag, list, oneOf, section, setting, whole } from '../values.ts'

const keyEntry = section(
  {
    key: setting(f.publicKey('One line of a .pub file.')),
    file: setting(f.referenced('A .pub file beside the spec; it may hold several keys.')),
    github: setting(f.githubName('A name at GitHub, whose keys `pibake lock` writes down.')),
    launchpad: setting(f.launchpadName('A name at Launchpad, whose keys `pibake lock` writes down.')),
    url: setting(f.httpsAddress('Where keys are, one a line, that `pibake lock` writes down; needs `sha256`.')),
    sha256: setting(f.sha256('SHA-256 of what is at `url`, 64 hex digits.')),
    from: setting(
      list(
        f.fromPattern('Address, network or host pattern; ! in front means "not".'),
        'Where logins with this key may come from.',
      ),
    ),
    expires: setting(f.day('KEY010', 'The key is valid until the start of this day (UTC), YYYY-MM-DD.')),
    restrict: setting(flag('No port, agent or X11 forwarding, no terminal.'), false),
    command: setting(checked(() => undefined, 'The only command that this key may run.')),
    permitOpen: setting(
      list(f.permitOpen('HOST:PORT, [IPv6]:PORT; * for all ports.'), 'The only destinations for forwarded ports.'),
    ),
    noTouchRequired: setting(flag('A security key need not be touched.'), false),
    verifyRequired: setting(flag('A security key has to ask for its PIN or fingerprint.'), false),
  },
  'Keys with options: one of `key`, `file`, `github`, `launchpad` and `url`.',
)

const user = section(
  {
    name: f.userName('Login name.'),
    uid: setting(
      whole(1000, 60_000, 'USR011', 'Its number, and that of its own group; by default the first free one.'),
    ),
    passwordHash: setting(
      v.union([
        f.passwordHash('crypt(3) hash, for the console and for sudo; `pibake hash-password` makes one.'),
        secretSource('Where the hash comes from: a file, a variable or a program.'),
      ]),
    ),
    passwordHashFile: setting(f.referenced('A file that holds the hash, to keep it out of the spec.')),
    authorizedKeys: setting(
      list(v.union([f.publicKey('One line of a .pub file.'), keyEntry]), 'Keys that may log in as this user.'),
      [],
    ),
    groups: setting(
      v.union([
        oneOf(['default'], 'The groups that the stock first user has.'),
        list(
          f.groupName('Name of a group.'),
          'Groups of the image, of `groups`, or made by a package of `packages.install`.',
        ),
      ]),
      'default',
    ),
    sudo: setting(oneOf(['password', 'nopasswd', 'none'], 'Whether and how this user may become root.'), 'password'),
    mustChangePassword: setting(flag('The password has to be changed at the first login.'), false),
    expires: setting(f.day('USR006', 'Last day on which the account may be used, YYYY-MM-DD.')),
    shell: setting(f.devicePath('USR007', 'Login shell.'), '/bin/bash'),
    sftpOnly: setting(
      f.plainFolder(
        'USR014',
        'The account exchanges files by sftp and can do nothing else; this folder is all that it sees. Needs `sudo: none`.',
      ),
    ),
  },
  'An account of an owner.',
)

export const users = list(user, 'The owners of the device.')
