import * as assert from 'uvu/assert'
import { nameService } from '../../../../src/core/access/readers/name-service.ts'
import { passages } from '../../../../src/core/access/readers/passages.ts'
import { shells } from '../../../../src/core/access/readers/shells.ts'
import { readAccounts } from '../../../../src/device/formats/accounts.ts'
import { passwordOf } from '../../../../src/device/formats/password.ts'
import { loginShellRefusal } from '../../../../src/device/inspect/login-shell.ts'
import { memoryTree, type Sketch } from '../../../support/memory.ts'
import { smallSpec } from '../../../support/spec.ts'
import { suite } from '../../../support/suite.ts'
import { deviceWith, short } from './device.ts'

const test = suite('readers: accounts')

const passwd = (shell: string, password = 'x') =>
  `root:x:0:0::/root:/bin/sh\nalice:${password}:1000:1000::/home/alice:${shell}\n`
const program = (mode: number, text = ''): Sketch => ({ text, mode })

/** A 64-bit program whose interpreter is /lib/ld. */
function elf(): string {
  const bytes = Buffer.alloc(128)
  bytes.write('\x7fELF\x02\x01', 'latin1')
  bytes.writeBigUInt64LE(64n, 32)
  bytes.writeUInt16LE(56, 54)
  bytes.writeUInt16LE(1, 56)
  bytes.writeUInt32LE(3, 64)
  bytes.writeBigUInt64LE(120n, 72)
  bytes.writeBigUInt64LE(8n, 96)
  bytes.write('/lib/ld\0', 120, 'latin1')
  return bytes.toString('latin1')
}

const refused: [title: string, shell: string, files: Record<string, Sketch>, reason: RegExp | undefined][] = [
  ['a program', '/bin/own', { '/bin/own': program(0o755) }, undefined],
  ['missing', '/bin/own', {}, /there is no \/bin\/own/],
  ['not a program', '/bin/own', { '/bin/own': program(0o644) }, /may not run/],
  ['for root alone', '/bin/own', { '/bin/own': program(0o744) }, /may not run/],
  ['behind a door', '/opt/a/own', { '/opt/a/own': program(0o755) }, undefined],
  ['nologin', '/usr/sbin/nologin', { '/usr/sbin/nologin': program(0o755) }, /not a shell/],
  ['a link to false', '/bin/own', { '/bin/own': { link: 'false' }, '/bin/false': program(0o755) }, /not a shell/],
  [
    'a script without its interpreter',
    '/bin/own',
    { '/bin/own': program(0o755, '#! /bin/zsh -f\n') },
    /needs \/bin\/zsh/,
  ],
  [
    'a script with it',
    '/bin/own',
    { '/bin/own': program(0o755, '#!/bin/zsh\n'), '/bin/zsh': program(0o755) },
    undefined,
  ],
  ['scripts in a circle', '/bin/own', { '/bin/own': program(0o755, '#!/bin/own\n') }, /too many interpreters/],
  ['a program without its loader', '/bin/own', { '/bin/own': program(0o755, elf()) }, /needs \/lib\/ld/],
  ['a program with it', '/bin/own', { '/bin/own': program(0o755, elf()), '/lib/ld': program(0o755) }, undefined],
]
for (const [title, shell, files, reason] of refused) {
  test(`login shell: ${title}`, () => {
    const root = memoryTree({ '/etc/passwd': passwd(shell), '/etc/group': 'alice:x:1000:\n', ...files })
    const accounts = readAccounts(root)
    const said = loginShellRefusal(root, accounts, accounts.passwd[1] as (typeof accounts.passwd)[number])
    if (reason === undefined) assert.is(said, undefined)
    else assert.match(said ?? '', reason)
  })
}

test('login shell: a folder that the user may not enter', () => {
  const root = memoryTree({ '/etc/passwd': passwd('/opt/own'), '/etc/group': '', '/opt/own': program(0o755) })
  root.nodes.set('/opt', { kind: 'directory', mode: 0o700, uid: 0, gid: 0 })
  const accounts = readAccounts(root)
  assert.match(
    loginShellRefusal(root, accounts, accounts.passwd[1] as (typeof accounts.passwd)[number]) ?? '',
    /may not enter \/opt/,
  )
})

const fields: [password: string, shadow: string | undefined, state: ReturnType<typeof passwordOf>][] = [
  ['x', '$y$j9T$F5Jx5fExrKuPp53xLKQ..1$GmcwIgvdUC9qLWcKCi6gklUa1dM3ziD43YxYNURLKy0', 'usable'],
  ['x', 'abNANd1rDfiNc', 'usable'],
  ['x', '_J9..rasmz0.F/jqjWck', 'none'],
  ['x', '*', 'none'],
  ['x', 'x', 'none'],
  ['x', '', 'empty'],
  ['x', '!', 'locked'],
  ['x', '!abNANd1rDfiNc', 'locked'],
  ['x', undefined, 'none'],
  ['##alice', 'abNANd1rDfiNc', 'usable'],
  ['', 'abNANd1rDfiNc', 'empty'],
  ['', undefined, 'empty'],
  ['*', 'abNANd1rDfiNc', 'none'],
  ['abNANd1rDfiNc', '*', 'usable'],
  ['!', '', 'locked'],
]
for (const [password, shadow, state] of fields) {
  test(`password: '${password}' in passwd, ${shadow === undefined ? 'nothing' : `'${shadow}'`} in shadow`, () => {
    const root = memoryTree({
      '/etc/passwd': passwd('/bin/sh', password),
      ...(shadow === undefined ? {} : { '/etc/shadow': `alice:${shadow}:20000:0:99999:7:::\n` }),
    })
    const accounts = readAccounts(root)
    assert.is(passwordOf(accounts, accounts.passwd[1] as (typeof accounts.passwd)[number]), state)
  })
}

const starts: [title: string, text: string, expected: readonly string[]][] = [
  ['a plain exit', '# mine\nexit 0\n', ['unproved login alice ACC058 /home/alice/.bashrc:2']],
  ['another program in its place', 'exec /usr/bin/kiosk\n', ['unproved login alice ACC058 /home/alice/.bashrc:1']],
  ['an exit in a condition', 'if false; then\n  exit 1\nfi\nexec 2>/dev/null\n# exit\nreturn\n', []],
]
for (const [title, text, expected] of starts) {
  test(`what the shell runs first: ${title}`, () => {
    assert.equal(shells(deviceWith({ '/etc/skel/.bashrc': text }, smallSpec())).map(short), expected)
  })
}

test('a login shell that is a script is not judged', () => {
  const own = { '/usr/local/bin/menu': { text: '#!/bin/sh\nexec dialog\n', mode: 0o755 } }
  const spec = smallSpec()
  spec.users[0].shell = '/usr/local/bin/menu'
  assert.equal(shells(deviceWith(own, spec)).map(short), ['unproved login alice ACC058 /etc/passwd'])
})

const ldap = { '/usr/lib/aarch64-linux-gnu/libnss_ldap.so.2': '' }
const names: [text: string, files: Record<string, Sketch>, expected: readonly string[]][] = [
  ['passwd: files systemd\ngroup: files [SUCCESS=merge] systemd\nshadow: files systemd\n', {}, []],
  ['passwd: compat\ngroup: compat\nshadow: compat\n', {}, []],
  ['passwd: files ldap\n', {}, []],
  ['passwd: files ldap\n', ldap, ['unproved login * ACC056 /etc/nsswitch.conf:1']],
  ['passwd: ldap [NOTFOUND=return] files\n', ldap, ['unproved login * ACC056 /etc/nsswitch.conf:1']],
  ['passwd: ldap [NOTFOUND=return UNAVAIL=return] files\n', ldap, ['shut login * ACC017 /etc/nsswitch.conf:1']],
  ['passwd: ldap\n', ldap, ['shut login * ACC017 /etc/nsswitch.conf:1']],
  ['\ngroup: ldap\n', ldap, ['unproved login * ACC056 /etc/nsswitch.conf:2']],
  [
    'shadow: ldap\n',
    ldap,
    ['shut ssh', 'shut console', 'shut root'].map((text) => `${text} * ACC017 /etc/nsswitch.conf:1`),
  ],
]
for (const [text, files, expected] of names) {
  test(`name service: ${JSON.stringify(text)}${files === ldap ? ', with ldap' : ''}`, () => {
    assert.equal(nameService(deviceWith({ '/etc/nsswitch.conf': text, ...files }, smallSpec())).map(short), expected)
  })
}

for (const [title, planted, ...expected] of [
  ['/etc for root alone', { '/etc': { mode: 0o700 } }, 'shut login alice ACC002 /etc'],
  ['/ for root alone', { '/': { mode: 0o700 } }, 'shut login alice ACC002 /'],
  ['/usr/lib for root alone', { '/usr/lib': { mode: 0o750 } }, 'shut login alice ACC002 /usr/lib'],
  ['/etc/passwd for root alone', { '/etc/passwd': { mode: 0o600 } }, 'shut login alice ACC002 /etc/passwd'],
  ['/etc that others may not list', { '/etc': { mode: 0o711 } }],
] as const) {
  test(`passages: ${title}`, () => {
    const device = deviceWith({}, smallSpec())
    const root = new Proxy(device.root, {
      get: (tree, name) =>
        name !== 'lstat'
          ? Reflect.get(tree, name).bind(tree)
          : (path: string) => {
              const entry = tree.lstat(path)
              const mode = (planted as Record<string, { mode: number }>)[path]?.mode
              return entry === undefined || mode === undefined ? entry : { ...entry, mode }
            },
    })
    assert.equal(passages({ ...device, root }).map(short), expected)
  })
}

for (const [line, isTold] of [
  ['kill -9 $PPID', true],
  ['sleep 1d', true],
  ['true', false],
  ['# kill', false],
] as const) {
  test(`sshrc: ${line}`, () => {
    const told = (path: string) =>
      shells(deviceWith({ [path]: `${line}\n` }, smallSpec()))
        .map(short)
        .filter((text) => text.includes(path))
    assert.equal(told('/etc/ssh/sshrc'), isTold ? ['unproved ssh alice ACC058 /etc/ssh/sshrc:1'] : [])
    assert.equal(told('/home/alice/.ssh/rc'), isTold ? ['unproved ssh alice ACC058 /home/alice/.ssh/rc:1'] : [])
  })
}
