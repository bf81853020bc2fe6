import {
  append,
  bySpec,
  copy,
  edit,
  image,
  mode,
  type Planted,
  packaged,
  remove,
  threeWays,
  twoWays,
  write,
} from '../support/planted.ts'

const KIND = 'sudo'
const rule = (text: string, name = '60-site') => write(`/etc/sudoers.d/${name}`, text, 0o440)
const rules = (id: string, text: string, name?: string) => threeWays(KIND, id, rule(text, name))
const late = (id: string, text: string) => twoWays(KIND, id, rule(text, 'zzz-site'))
const groupOf = (name: string, members: string) =>
  edit('/etc/group', new RegExp(`^(${name}:[^:]*:\\d+:).*$`, 'm'), `$1${members}`)

/** The way up by sudo: for the owner, and for those who are to have none. */
export const sudo: readonly Planted[] = [
  image(KIND, 'not set-user-ID', [mode('/usr/bin/sudo', 0o755)]),
  image(KIND, 'not root’s', [mode('/usr/bin/sudo', 0o4755, 33)]),
  image(KIND, 'missing', [remove('/usr/bin/sudo')]),
  image(KIND, 'another program', [remove('/usr/bin/sudo'), write('/usr/bin/sudo', '#!/bin/sh\nexit 1', 0o755)]),
  image(KIND, 'its policy is missing', [remove('/usr/libexec/sudo/sudoers.so')]),
  image(KIND, 'sudoers is missing', [remove('/etc/sudoers')]),
  image(KIND, 'sudoers can be written by all', [mode('/etc/sudoers', 0o666)]),
  image(KIND, 'sudoers is another’s', [mode('/etc/sudoers', 0o440, 33)]),
  image(KIND, 'sudoers does not include the folder', [edit('/etc/sudoers', /^[@#]includedir .*$/m, '')]),
  image(KIND, 'sudoers has no rule for the group', [edit('/etc/sudoers', /^%sudo.*$/m, '')]),
  ...rules('no try', 'Defaults passwd_tries=0'),
  ...rules('a terminal is wanted', 'Defaults requiretty'),
  ...rules('the password of root', 'Defaults rootpw'),
  ...late('the password of root, after all', 'Defaults rootpw'),
  ...late('the password of the target, after all', 'Defaults targetpw'),
  ...twoWays(
    KIND,
    'a log that cannot be written',
    rule('Defaults log_output\nDefaults iolog_dir=/proc/site\nDefaults !ignore_iolog_errors'),
  ),
  ...twoWays(KIND, 'a log of what is typed', rule('Defaults log_input,log_output')),
  ...twoWays(
    KIND,
    'a log file that cannot be written',
    rule('Defaults logfile=/no/such/log\nDefaults !ignore_logfile_errors'),
  ),
  ...rules('a syntax error', 'alice ALL = NOPASSWD ALL'),
  ...rules('a word that is unknown', 'Defaults site_setting'),
  ...twoWays(
    KIND,
    'a rule of a file that others may read',
    write('/etc/sudoers.d/60-site', 'bob ALL=(ALL) NOPASSWD: ALL', 0o644),
  ),
  ...twoWays(
    KIND,
    'a rule of a file that others may write',
    write('/etc/sudoers.d/60-site', 'bob ALL=(ALL) NOPASSWD: ALL', 0o666),
  ),
  ...twoWays(KIND, 'a rule of a file with a dot', rule('bob ALL=(ALL) NOPASSWD: ALL', 'site.conf')),
  ...rules('free for another user', 'bob ALL=(ALL) NOPASSWD: ALL'),
  ...late('free for another user, after all', 'bob ALL=(ALL) NOPASSWD: ALL'),
  ...late('free for a number', '#1002 ALL=(ALL) NOPASSWD: ALL'),
  ...late('free for the number of a group', '%#100 ALL=(ALL) NOPASSWD: ALL'),
  ...late('free for all but one', 'ALL, !alice ALL=(ALL) NOPASSWD: ALL'),
  ...late('free on this host by name', 'bob kit-07=(ALL) NOPASSWD: ALL'),
  ...late('free on hosts of a network', 'bob 192.0.2.0/255.255.255.0=(ALL) NOPASSWD: ALL'),
  ...late('free on another host', 'bob elsewhere=(ALL) NOPASSWD: ALL'),
  ...late('free as an alias', 'User_Alias SITE = bob\nHost_Alias HERE = kit-07\nSITE HERE=(ALL) NOPASSWD: ALL'),
  ...late('free for one command', 'bob ALL=(root) NOPASSWD: /usr/bin/uptime'),
  ...late('free for a shell', 'bob ALL=(root) NOPASSWD: /bin/sh, /usr/bin/id'),
  ...late('nobody authenticates', 'Defaults !authenticate'),
  ...late('nothing for the owner, after all', 'alice ALL=(ALL) !ALL'),
  ...late('nothing as root for the owner', 'alice ALL=(ALL, !root) ALL'),
  ...late('one more command for the owner', 'alice ALL=(ALL) NOPASSWD: /usr/bin/uptime'),
  ...late('free for the owner', 'alice ALL=(ALL) NOPASSWD: ALL'),
  ...late('an include of a file that is not there', '@include /etc/no-such-sudoers'),
  ...late('an include of a folder', '@includedir /etc/sudoers.site'),
  ...twoWays(KIND, 'sudo.conf with another policy', write('/etc/sudo.conf', 'Plugin site_policy site.so')),
  ...twoWays(
    KIND,
    'sudo.conf with another sudoers',
    write(
      '/etc/sudo.conf',
      'Plugin sudoers_policy sudoers.so sudoers_file=/etc/site-sudoers\nPlugin sudoers_io sudoers.so',
    ),
    { steps: [write('/etc/site-sudoers', 'bob ALL=(ALL) NOPASSWD: ALL', 0o440)] },
  ),
  ...twoWays(KIND, 'sudo.conf that says nothing new', write('/etc/sudo.conf', 'Set disable_coredump true')),
  bySpec(KIND, 'the owner asks for nothing', (spec) => (spec.users[0].sudo = 'nopasswd')),
  image(KIND, 'another is in the group', [groupOf('sudo', 'bob')]),
  image(KIND, 'another is in a group with a rule', [
    groupOf('staff', 'bob'),
    rule('%staff ALL=(ALL) NOPASSWD: ALL', 'zzz-site'),
  ]),
  image(KIND, 'a copy of sudo', [copy('/usr/bin/sudo', '/usr/local/bin/sudo', 0o4755)]),
  image(KIND, 'a package with a rule', [packaged([rule('%users ALL=(ALL) NOPASSWD: ALL', 'zzz-site')])]),
  image(KIND, 'a rule in sudoers itself', [append('/etc/sudoers', 'bob ALL=(ALL) NOPASSWD: ALL')]),
  image(KIND, 'a rule for another in sudoers itself', [
    append('/etc/sudoers', 'backup ALL=(ALL) NOPASSWD: /usr/bin/rsync'),
  ]),
]
