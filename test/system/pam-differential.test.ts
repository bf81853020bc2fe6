import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { readAccounts } from '../../src/device/formats/accounts.ts'
import { passwordOf } from '../../src/device/formats/password.ts'
import { evaluate } from '../../src/device/pam/evaluate.ts'
import { RETURN_CODES } from '../../src/device/pam/return-codes.ts'
import { PamConfig, type Phase } from '../../src/device/pam/stack.ts'
import type { Transaction } from '../../src/device/pam/transaction.ts'
import { DirectoryTree } from '../../src/storage/tree/directory.ts'
import { HASH } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { runIn } from './support/chroot.ts'
import { debianRoot, discard, releases, scratch } from './support/roots.ts'

const test = suite('PAM stacks, held against libpam')

const PASSWORD = 'correct horse'
const CASES = 400
const phases: readonly Phase[] = ['auth', 'account', 'session']

const people = ['alice', 'bob', 'root'] as const
const users = fc.constantFrom(...people)
const codes = fc.constantFrom(...RETURN_CODES.filter((code) => code !== 'incomplete'))
const actions = fc.constantFrom('ignore', 'ok', 'done', 'bad', 'die', 'reset', '1', '2', '5', '0', 'nonsense')
const pairs = fc
  .array(fc.tuple(fc.oneof(codes, fc.constantFrom('default', 'success', 'unheard')), actions), { maxLength: 4 })
  .map((list) => `[${list.map(([code, action]) => `${code}=${action}`).join(' ')}]`)
const control = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('required', 'requisite', 'sufficient', 'optional', 'REQUIRED') },
  { weight: 2, arbitrary: pairs },
  { weight: 1, arbitrary: fc.constantFrom('[success=1 default=ignore]', '[default=2]', '[success=done', 'nothing') },
)

const origin = fc.constantFrom(
  'ALL',
  'LOCAL',
  'tty1',
  '192.0.2.0/24',
  '192.0.2.7',
  '192.0.2.',
  '198.51.100.0/255.255.255.0',
  '192.0.2.7/0',
  '192.0.2.0/33',
  '2001:db8::/32',
  'ALL EXCEPT 192.0.2.0/24',
  'ALL EXCEPT LOCAL',
  '.example.org',
)
const who = fc.constantFrom(
  'ALL',
  'alice',
  'bob',
  'root',
  'staff',
  '(staff)',
  '(alice)',
  'ALL EXCEPT root',
  'alice bob',
  '2001',
)
const accessLine = fc
  .tuple(fc.constantFrom('+', '-', '*', '+x'), who, origin, fc.constantFrom(':', ' : '))
  .map(([sign, user, from, colon]) => [sign, user, from].join(colon))
const accessFile = fc.array(fc.oneof(accessLine, fc.constantFrom('# -:ALL:ALL', '', '-:ALL', '-', 'x:y:z')), {
  maxLength: 4,
})

const limitLine = fc
  .tuple(
    fc.constantFrom(
      '*',
      'alice',
      'root',
      '@staff',
      '@alice',
      '%staff',
      '%',
      ':2001',
      '2000:',
      '2002:2003',
      '@:2001',
      '@2000:',
    ),
    fc.constantFrom('-', 'hard', 'soft'),
    fc.constantFrom(
      'maxlogins 0',
      'maxlogins 40',
      'maxsyslogins 0',
      'maxlogins -1',
      'maxlogins x',
      'core 0',
      '',
      'nofile 512',
    ),
  )
  .map(([domain, type, rest]) => `${domain} ${type} ${rest}`)
const limitFile = fc.array(fc.oneof(limitLine, fc.constantFrom('# * - maxlogins 0', '')), { maxLength: 4 })

const condition = fc.constantFrom(
  'uid >= 2001',
  'uid eq 0',
  'uid < 0x7d1',
  'uid ne 2001',
  'user = alice',
  'user != alice',
  'user in bob:alice',
  'user notin root:bob',
  'user ingroup staff',
  'user ingroup wheel:alice',
  'user notingroup staff',
  'shell =~ */bash',
  'shell !~ */bash',
  'rhost = 192.0.2.7',
  'tty = tty1',
  'service =~ c[0-9]*',
  'user eq 7',
  'colour = red',
  'user',
  '',
  'user = alice user = bob',
  'uid > 2000 quiet uid < 2002',
)

/** A module with its arguments; `FILE` stands for a file of the case with the given lines. */
const module = fc.oneof(
  {
    weight: 4,
    arbitrary: codes.map((code) => ({ text: `pam_debug.so auth=${code} acct=${code} open_session=${code}` })),
  },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(
        'pam_unix.so',
        'pam_unix.so nullok',
        'pam_permit.so',
        'pam_deny.so',
        'pam_nothing.so',
        'pam_warn.so',
        'pam_rootok.so',
        'pam_nologin.so file=/tmp/here',
        'pam_nologin.so file=/tmp/nowhere',
        'pam_nologin.so file=/tmp/here successok',
        'pam_nologin.so successok',
        'pam_shells.so',
        'pam_localuser.so',
        'pam_localuser.so file=/etc/group',
        'pam_usertype.so issystem',
        'pam_usertype.so isregular',
        'pam_usertype.so',
        'pam_wheel.so',
        'pam_wheel.so trust',
        'pam_wheel.so group=staff',
        'pam_wheel.so group=staff trust root_only',
        'pam_wheel.so deny group=staff',
        'pam_wheel.so deny group=nobodys',
        'pam_faillock.so preauth',
        'pam_faillock.so authfail dir=/tmp/faillock',
        'pam_env.so',
        'pam_group.so',
        'pam_umask.so',
        'pam_loginuid.so',
        'pam_keyinit.so',
        'pam_motd.so',
        'pam_faildelay.so delay=0',
        '/usr/lib/security/pam_permit.so',
        '',
      )
      .map((text) => ({ text })),
  },
  { weight: 2, arbitrary: accessFile.map((lines) => ({ text: 'pam_access.so accessfile=FILE', lines })) },
  { weight: 1, arbitrary: accessFile.map((lines) => ({ text: 'pam_access.so nodefgroup accessfile=FILE', lines })) },
  { weight: 2, arbitrary: limitFile.map((lines) => ({ text: 'pam_limits.so conf=FILE', lines })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.constantFrom('item=user', 'item=group', 'item=shell', 'item=rhost', 'item=tty', 'item=colour', ''),
        fc.constantFrom('sense=allow', 'sense=deny', 'sense=perhaps'),
        fc.constantFrom('', 'onerr=succeed', 'onerr=fail', 'apply=alice', 'apply=@staff'),
        fc.array(fc.constantFrom('alice', 'bob', 'staff', '/bin/bash', '192.0.2.7', '/dev/tty1', ''), { maxLength: 3 }),
      )
      .map(([item, sense, more, lines]) => ({ text: `pam_listfile.so ${item} ${sense} ${more} file=FILE`, lines })),
  },
  { weight: 2, arbitrary: condition.map((text) => ({ text: `pam_succeed_if.so ${text}` })) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(
        '*;*;*;Al0000-2400',
        '*;*;alice;!Al0000-2400',
        '*;*;!alice;!Al0000-2400',
        'c*;tty1|ssh;al*;!Al0000-2400',
      )
      .map((line) => ({ text: 'pam_time.so conffile=FILE', lines: [line] })),
  },
)

const typeName = fc.constantFrom(
  'auth',
  'account',
  'session',
  'auth',
  'account',
  'session',
  'password',
  '-session',
  '-auth',
  'Auth',
  'none',
)
const line = fc
  .tuple(typeName, control, module)
  .map(([type, how, { text, ...rest }]) => ({ text: `${type} ${how} ${text}`, ...rest }))
const special = fc.constantFrom(
  '@include inner',
  '@include nowhere',
  'auth include inner',
  'auth substack inner',
  'account substack inner',
  'session substack inner',
  'session include nowhere',
  'account required \\\n  pam_permit.so # why',
  '# a comment',
  'auth required pam_permit.so \\',
  'auth',
)
const file = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: line },
    special.map((text) => ({ text })),
  ),
  { minLength: 1, maxLength: 7 },
)
const sample = fc.record({
  outer: file,
  inner: file,
  user: users,
  caller: fc.constantFrom('root', 'root', 'alice', 'bob'),
  rhost: fc.constantFrom(undefined, '192.0.2.7', '203.0.113.9', '2001:db8::1'),
  password: fc.constantFrom('right' as const, 'right' as const, 'wrong' as const),
})

for (const release of releases) {
  test(`${release}: ${CASES} stacks, three phases`, () => {
    const root = scratch(debianRoot(release, 'full'))
    try {
      for (const [name, uid] of [
        ['alice', 2001],
        ['bob', 2002],
      ] as const) {
        runIn(root, ['useradd', '-u', String(uid), '-s', name === 'alice' ? '/bin/bash' : '/bin/zsh', '-p', HASH, name])
      }
      runIn(root, ['usermod', '-aG', 'staff', 'bob'])
      runIn(root, ['usermod', '-p', HASH, 'root'])
      writeFileSync(join(root, 'tmp/here'), '')
      const tree = new DirectoryTree(root)
      const accounts = readAccounts(tree)
      const entry = (name: string) =>
        accounts.passwd.find((user) => user.name === name) as (typeof accounts.passwd)[number]
      const cases = fc.sample(sample, { numRuns: CASES, seed: 20_261_129 })
      mkdirSync(join(root, 'tmp/c'))
      let files = 0
      const write = (path: string, lines: (typeof cases)[number]['outer']) => {
        const texts = lines.map((one) => {
          const path = `/tmp/c/${files++}`
          if ('lines' in one) writeFileSync(join(root, path), one.lines.map((text) => `${text}\n`).join(''))
          return one.text.replace('FILE', path)
        })
        writeFileSync(join(root, path), texts.map((text) => `${text}\n`).join(''))
      }
      const transactions = cases.map((one, index): Transaction => {
        write(
          `etc/pam.d/c${index}`,
          one.outer.map((item) => ({ ...item, text: item.text.replace('inner', `i${index}`) })),
        )
        write(
          `etc/pam.d/i${index}`,
          one.inner.filter(({ text }) => !/inner/.test(text)),
        )
        return {
          root: tree,
          release,
          accounts,
          today: Math.floor(Date.now() / 86_400_000),
          service: `c${index}`,
          user: entry(one.user),
          caller: entry(one.caller),
          tty: one.rhost === undefined ? 'tty1' : 'ssh',
          rhost: one.rhost,
          password: one.password,
          refusesEmptyPasswords: true,
          losesNologin: false,
        }
      })
      const calls = transactions.map(({ service, user, caller, tty, rhost, password }) => ({
        service,
        user: user.name,
        caller: caller.uid,
        tty,
        rhost,
        password: password === 'right' ? PASSWORD : 'battery staple',
      }))
      writeFileSync(join(root, 'tmp/pam.py'), readFileSync('test/system/support/pam.py'))
      const answers = runIn(root, ['python3', '/tmp/pam.py'], { input: JSON.stringify(calls), timeout: 300 })
        .trim()
        .split('\n')
      assert.is(answers.length, CASES)
      const seen = new Map<string, number>()
      let certain = 0
      const config = new PamConfig(tree)
      const wrong: string[] = []
      for (const [index, transaction] of transactions.entries()) {
        const { service } = transaction
        const stack = config.stack(service)
        const real = JSON.parse(answers[index] as string) as readonly number[] | null
        for (const [at, phase] of phases.entries()) {
          const outcomes = stack && evaluate(transaction, stack, phase)
          const mine = outcomes?.map(({ code }) => code) ?? ['abort']
          // libpam ends the program where a line lacks the name of what it includes.
          const truth = real === null ? 'abort' : (RETURN_CODES[real[at] as number] as string)
          if (!(mine as readonly string[]).includes(truth)) {
            wrong.push(
              `${release} ${phase} of ${service}: ${mine} is not ${truth}\n${JSON.stringify(calls[index])}\n${readFileSync(join(root, 'etc/pam.d', service))}--- inner\n${readFileSync(join(root, 'etc/pam.d', `i${index}`))}`,
            )
          }
          if (new Set(mine.map((code) => code === 'success')).size === 1) certain += 1
          seen.set(truth, (seen.get(truth) ?? 0) + 1)
        }
      }
      assert.is(wrong.length, 0, `${wrong.length} differ, such as\n${wrong.slice(0, 5).join('\n')}`)
      assert.ok((seen.get('success') ?? 0) > CASES / 4, JSON.stringify([...seen]))
      assert.ok(certain > CASES * phases.length * 0.95, `${certain} of ${CASES * phases.length} are certain`)
    } finally {
      discard(root)
    }
  })
}

/** Salts, or whole fields, of which pam_unix is asked what crypt(3) makes of them (crypt(5)). */
const fields = [
  'ab',
  '_J9..rasm',
  '$1$abcdefgh$',
  '$1$',
  '$md5$abcdefgh$',
  '$md5,rounds=5000$GUBv0xjJ$',
  '$sha1$40000$jtNX3nZ2$',
  '$3$',
  '$5$saltstring',
  '$5$rounds=1000$saltstring',
  '$5$rounds=5$saltstring',
  '$6$saltstring',
  '$6$',
  '$6$sa!lt',
  '$2a$05$CCCCCCCCCCCCCCCCCCCCC.',
  '$2b$05$CCCCCCCCCCCCCCCCCCCCC.',
  '$2x$05$CCCCCCCCCCCCCCCCCCCCC.',
  '$2y$05$CCCCCCCCCCCCCCCCCCCCC.',
  '$7$CU..../....SodiumChloride$',
  '$y$j9T$F5Jx5fExrKuPp53xLKQ..1',
  '$y$j75$SALT',
  '$gy$j9T$F5Jx5fExrKuPp53xLKQ..1',
  '$sm3$saltstring',
]

for (const release of releases) {
  test(`${release}: what is a password and what is none`, () => {
    const root = scratch(debianRoot(release, 'full'))
    try {
      const script = 'for my $salt (@ARGV) { print crypt("secret", $salt) // "*0", "\\n" }'
      const hashes = runIn(root, ['perl', '-e', script, ...fields])
        .trim()
        .split('\n')
      assert.is(hashes.length, fields.length)
      const words = [...hashes, ...hashes.map((hash) => `!${hash}`), 'x', '*', '!', 'NP', '$6$salt', 'secret']
      const name = (index: number) => `person${index}`
      const lines = (line: (word: string, index: number) => string) =>
        words.map((word, i) => `${line(word, i)}\n`).join('')
      appendFileSync(
        join(root, 'etc/passwd'),
        lines((_, i) => `${name(i)}:x:${3000 + i}:100::/:/bin/sh`),
      )
      appendFileSync(
        join(root, 'etc/shadow'),
        lines((word, i) => `${name(i)}:${word}:20000:0:99999:7:::`),
      )
      writeFileSync(join(root, 'etc/pam.d/hash'), 'auth required pam_unix.so\n')
      writeFileSync(join(root, 'tmp/pam.py'), readFileSync('test/system/support/pam.py'))
      const calls = words.map((_, i) => ({
        service: 'hash',
        user: name(i),
        caller: 0,
        tty: 'tty1',
        password: 'secret',
      }))
      const answers = runIn(root, ['python3', '/tmp/pam.py'], { input: JSON.stringify(calls) })
        .trim()
        .split('\n')
      const accounts = readAccounts(new DirectoryTree(root))
      const taken = answers.map((text) => (JSON.parse(text) as readonly number[])[0] === 0)
      const mine = words.map((_, i) => {
        const user = accounts.passwd.find((one) => one.name === name(i)) as (typeof accounts.passwd)[number]
        return passwordOf(accounts, user) === 'usable'
      })
      assert.equal(
        words.filter((_, i) => mine[i]),
        words.filter((_, i) => taken[i]),
      )
      assert.ok(taken.filter(Boolean).length > 15)
    } finally {
      discard(root)
    }
  })
}
