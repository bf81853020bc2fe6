import * as f from '../fields.ts'
import { flag, oneOf, section, setting, whole } from '../values.ts'

const days = (description: string, cis: number) =>
  setting(whole(0, 99_999, 'SVC023', description), undefined, undefined, cis)

/** Passwords: which are taken, how they are kept, and when those of later accounts have to be changed. */
export const passwords = section(
  {
    empty: setting(
      oneOf(
        ['image', 'refuse'],
        'Whether PAM lets in an account whose password is empty; `refuse` may break: kiosks that log in without one.',
      ),
      'image',
      'refuse',
    ),
    minLength: setting(
      whole(
        6,
        128,
        'SVC023',
        'Least length of a password that somebody chooses (pam_pwquality, with its dictionary); root is held to it too.',
      ),
      undefined,
      12,
      14,
    ),
    classes: setting(
      whole(
        1,
        4,
        'SVC023',
        'Of lower case, upper case, digits and other characters, how many a new password has; needs minLength. May break: passphrases of words alone.',
      ),
      undefined,
      undefined,
      4,
    ),
    history: setting(
      whole(
        0,
        400,
        'SVC023',
        'How many old passwords are not taken again, from root neither (pam_pwhistory); 0: as the image has it.',
      ),
      0,
      5,
      24,
    ),
    hashRounds: setting(
      whole(
        5000,
        5_000_000,
        'SVC023',
        'Rounds of SHA-crypt where a hash is made; from 10000 on yescrypt takes twice the time and memory too, 32 MiB. May break: log-ins on a Pi Zero take longer.',
      ),
      undefined,
      65_536,
    ),
    maxAge: days(
      'Days after which the password of an account made later has to be changed. Owners of the spec are not held to it: it would end their keys too. May break: such an account with a key alone is shut when the day has come.',
      365,
    ),
    minAge: days('Days before which the password of an account made later cannot be changed again.', 1),
    warnAge: days('Days before its end on which such an account is warned.', 7),
    inactive: days('Days after its end on which such an account is shut.', 45),
  },
  'Passwords that are chosen on the device, and accounts that are made there.',
)

/** Wrong passwords: how many, and for how long nothing is taken then. */
export const lockout = section(
  {
    tries: setting(
      whole(
        0,
        100,
        'SVC023',
        'After so many wrong passwords none is taken for a while, the right one neither, for sudo and at the console too (pam_faillock); keys are, and root is never shut out. 0: no such limit. Not beside ssh.passwordAuthentication, where strangers could shut out the owner.',
      ),
      0,
      4,
    ),
    seconds: setting(whole(60, 86_400, 'SVC023', 'For how long; a restart ends it.'), 900),
  },
  'What many wrong passwords lead to.',
)

export const idle = section(
  {
    shell: setting(
      whole(
        0,
        1440,
        'SVC023',
        'Minutes after which a shell at its prompt ends (TMOUT); 0: never. May break: terminals that are left open.',
      ),
      0,
      undefined,
      15,
    ),
    session: setting(
      whole(
        0,
        1440,
        'SVC023',
        'Minutes after which logind ends a session without input, with all that runs in it; 0: never. May break: long work in a terminal, tmux too.',
      ),
      0,
    ),
  },
  'What happens to shells and sessions that nobody uses.',
)

export const sudoRules = section(
  {
    log: setting(
      flag('Commands are written to /var/log/sudo.log as well. May break: nothing; the file is rotated.'),
      false,
      true,
    ),
    minutes: setting(
      whole(0, 60, 'SVC023', 'Minutes for which sudo remembers a password; left out: as the image has it, 15.'),
      undefined,
      5,
    ),
  },
  'What sudo does beside asking for a password.',
)

export const su = setting(
  oneOf(
    ['image', 'group'],
    'Who may use su: `group`, members of the group sugroup, which has none. May break: `su -` of users and programs; sudo stays.',
  ),
  'image',
  'group',
)

export const umask = setting(
  f.umask(
    'What others may not do with new files of people, e.g. "027". May break: folders that several users share by being readable to all.',
  ),
  undefined,
  '027',
)
