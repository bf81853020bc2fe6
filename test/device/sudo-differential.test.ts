import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { sudoFor } from '../../src/sudo/evaluate.ts'
import { readSudoers } from '../../src/sudo/read.ts'
import { memoryTree } from '../support/memory.ts'
import { suite } from '../support/suite.ts'
import { runIn } from './support/chroot.ts'
import { debianRoot, discard, releases, scratch } from './support/roots.ts'

const test = suite('sudo in force, held against sudo')

const HOST = 'kit'
const callers = [
  { user: 'alice', uid: 2001, groups: ['alice', 'sudo'], hostname: HOST },
  { user: 'bob', uid: 2002, groups: ['bob', 'staff'], hostname: HOST },
  { user: 'carol', uid: 2003, groups: ['carol'], hostname: HOST },
]

const users = fc.constantFrom(
  'alice',
  'bob',
  'carol',
  '%sudo',
  '%staff',
  'ALL',
  'ADMINS',
  '#2003',
  'ALL, !bob',
  '"carol"',
  'alice,bob',
)
const hosts = fc.constantFrom('ALL', HOST, 'elsewhere', 'ALL, !kit', 'k*', 'HERE')
// Not `()` and `(:group)`: there `sudo -l` answers for running as oneself.
const runas = fc.constantFrom('', '(ALL)', '(ALL:ALL)', '(root)', '(daemon)', '(ALL, !root)', '(ROOTS:ALL)')
const tags = fc.constantFrom('', 'NOPASSWD: ', 'PASSWD: ', 'NOPASSWD:SETENV: ', 'NOEXEC: ', 'NOPASSWD :')
const command = fc.constantFrom(
  'ALL',
  '!ALL',
  '/usr/bin/id',
  '/usr/bin/',
  '/usr/bin/i*',
  '!/usr/bin/id',
  'TOOLS',
  '!TOOLS',
  '/bin/sh -c x',
  '/usr/bin/id ""',
)
const spec = fc
  .tuple(users, hosts, runas, fc.array(fc.tuple(tags, command), { minLength: 1, maxLength: 3 }))
  .map(([u, h, r, cs]) => `${u} ${h} = ${r} ${cs.map(([t, c]) => t + c).join(', ')}`)
const setting = fc
  .tuple(
    fc.constantFrom(
      '',
      ':alice',
      ':%sudo',
      ':ALL',
      ':ADMINS',
      '@kit',
      '@elsewhere',
      '>root',
      '>ALL',
      '!/usr/bin/id',
      '!TOOLS',
    ),
    fc.constantFrom(
      '!authenticate',
      'authenticate',
      'exempt_group=staff',
      '!exempt_group',
      'env_reset, !authenticate',
      'umask = 022',
    ),
  )
  .map(([scope, value]) => `Defaults${scope} ${value}`)
const text = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: spec },
      setting,
      fc.constantFrom('', '# alice ALL=NOPASSWD: ALL', 'alice ALL=(ALL', 'bob ALL = \\\nALL'),
    ),
    {
      maxLength: 5,
    },
  )
  .map((lines) => lines.map((line) => `${line}\n`).join(''))
const head = `Host_Alias HERE = kit : THERE = elsewhere
User_Alias ADMINS = alice, %staff, !carol
Runas_Alias ROOTS = root, daemon
Cmnd_Alias TOOLS = /usr/bin/id, /usr/bin/env
Defaults use_pty
`
const samples = fc.record({ '010_a': text, '90-b': text, '9_c': text, 'x.conf': text })

/** `+`: allowed without a password; `?`: a password is asked for; `-`: refused. */
const script = `
hostname ${HOST}
for c in /tmp/c/*; do
  rm -rf /etc/sudoers.d && cp -r $c /etc/sudoers.d && chmod 440 /etc/sudoers.d/*
  for user in alice bob carol; do
    allowed=-; free=-
    sudo -l -U $user -u root /usr/bin/id >/dev/null 2>&1 && allowed=+
    runuser -u $user -- sudo -n -u root /usr/bin/id >/dev/null 2>&1 && free=+
    printf '%s %s %s%s\\n' "$(basename $c)" $user $allowed $free
  done
done`

for (const release of releases) {
  test(`${release}: generated rules, three users`, () => {
    const root = scratch(debianRoot(release, 'full'))
    try {
      for (const { user, uid } of callers) runIn(root, ['useradd', '-u', String(uid), user])
      runIn(root, ['usermod', '-aG', 'sudo', 'alice'])
      runIn(root, ['usermod', '-aG', 'staff', 'bob'])
      writeFileSync(join(root, 'etc/hosts'), `127.0.0.1 localhost\n127.0.1.1 ${HOST}\n`)
      const main = `${head}root ALL=(ALL:ALL) ALL\n%sudo ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n`
      writeFileSync(join(root, 'etc/sudoers'), main)
      const generated = fc.sample(samples, { numRuns: 80, seed: 4711 })
      for (const [index, files] of generated.entries()) {
        const place = join(root, 'tmp/c', String(index))
        mkdirSync(place, { recursive: true })
        for (const [name, content] of Object.entries(files)) writeFileSync(join(place, name), content)
      }
      chmodSync(join(root, 'tmp'), 0o755)
      const lines = runIn(root, ['unshare', '--uts', 'sh', '-euc', script], { timeout: 300 }).trim().split('\n')
      rmSync(join(root, 'tmp/c'), { recursive: true })
      assert.is(lines.length, generated.length * callers.length)
      const seen = new Map<string, number>()
      for (const line of lines) {
        const [index = '', user = '', verdict = ''] = line.split(' ')
        const files = generated[Number(index)] as Record<string, string>
        const tree = memoryTree({
          '/etc/sudoers': { text: main, mode: 0o440 },
          ...Object.fromEntries(
            Object.entries(files).map(([name, content]) => [`/etc/sudoers.d/${name}`, { text: content, mode: 0o440 }]),
          ),
        })
        const caller = callers.find((c) => c.user === user) as (typeof callers)[number]
        const mine = sudoFor(readSudoers(tree, HOST), caller, '/usr/bin/id')
        const said = `${mine.allowed ? '+' : '-'}${mine.allowed && !mine.needsPassword ? '+' : '-'}`
        assert.is(said, verdict, `${release} ${line}\n${JSON.stringify(files, null, 1)}`)
        seen.set(verdict, (seen.get(verdict) ?? 0) + 1)
      }
      for (const verdict of ['++', '+-', '--'])
        assert.ok((seen.get(verdict) ?? 0) > 20, `${verdict}: ${seen.get(verdict)}`)
    } finally {
      discard(root)
    }
  })
}
