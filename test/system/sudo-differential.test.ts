import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { possibleVerdicts, type SudoVerdict, sudoFor } from '../../src/device/sudo/evaluate.ts'
import { readSudoers } from '../../src/device/sudo/read.ts'
import { memoryTree } from '../support/memory.ts'
import { suite } from '../support/suite.ts'
import { runIn } from './support/chroot.ts'
import { debianRoot, discard, releases, scratch } from './support/roots.ts'
import { SUDOERS_LINES } from './support/sudoers-lines.ts'

const test = suite('sudo in force, held against sudo')

const HOST = 'kit'
const callers = [
  { user: 'alice', uid: 2001, groups: ['alice', 'sudo'], gids: [2001, 27], hostname: HOST },
  { user: 'bob', uid: 2002, groups: ['bob', 'staff'], gids: [2002, 50], hostname: HOST },
  { user: 'carol', uid: 2003, groups: ['carol'], gids: [2003], hostname: HOST },
]

const bob = callers[1] as (typeof callers)[number]

const users = fc.constantFrom(
  'alice',
  'bob',
  'carol',
  '%sudo',
  '%staff',
  'ALL',
  'ADMINS',
  '#2003',
  '%#50',
  '+nobody',
  'BOB',
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

/** As the scripts print it. */
function shown({ allowed, needsPassword }: SudoVerdict): string {
  return `${allowed ? '+' : '-'}${allowed && !needsPassword ? '+' : '-'}`
}

/** Without a terminal nobody gets as far as the rules, while over SSH there is one; and there is no such root directory. */
const NOT_BY_RULES = ['Defaults requiretty', 'bob ALL=CHROOT=/nowhere NOPASSWD: ALL']

/** What one line more does to bob, and whether sudo complains of it. */
const lineScript = `
hostname ${HOST}
touch /etc/sudoers.d/50-x
chmod 440 /etc/sudoers.d/50-x
number=0
while IFS= read -r line <&3; do
  printf 'carol ALL=NOPASSWD: /usr/bin/true\\n%s\\n' "$line" >/etc/sudoers.d/50-x
  verdict=-- complaint=.
  if said=$(runuser -u bob -- sudo -n -u root /usr/bin/id 2>&1 >/dev/null </dev/null); then verdict=++
  elif [[ $said == *'password is required'* ]]; then verdict=+-; fi
  [[ $said != *50-x:2* ]] || complaint=complains
  echo "$number $verdict $complaint"
  number=$((number + 1))
done 3</tmp/lines
`

for (const release of releases) {
  test(`${release}: ${SUDOERS_LINES.length} lines of every form`, () => {
    const root = scratch(debianRoot(release, 'full'))
    try {
      for (const { user, uid } of callers) runIn(root, ['useradd', '-u', String(uid), user])
      runIn(root, ['usermod', '-aG', 'staff', 'bob'])
      writeFileSync(join(root, 'etc/hosts'), `127.0.0.1 localhost\n127.0.1.1 ${HOST}\n`)
      const main = `${head}bob ALL=(ALL) ALL\n@includedir /etc/sudoers.d\n`
      writeFileSync(join(root, 'etc/sudoers'), main)
      writeFileSync(join(root, 'tmp/lines'), SUDOERS_LINES.map((line) => `${line}\n`).join(''))
      const printed = runIn(root, ['unshare', '--uts', 'bash', '-uc', lineScript], { timeout: 600 }).trim().split('\n')
      assert.is(printed.length, SUDOERS_LINES.length)
      const wrong = printed.flatMap((text) => {
        const [number, verdict, complaint] = text.split(' ')
        const line = SUDOERS_LINES[Number(number)] as string
        if (NOT_BY_RULES.includes(line)) return verdict === '--' ? [] : [`${line}: ${verdict}`]
        const rules = readSudoers(
          memoryTree({
            '/etc/sudoers': { text: main, mode: 0o440 },
            '/etc/sudoers.d/50-x': { text: `carol ALL=NOPASSWD: /usr/bin/true\n${line}\n`, mode: 0o440 },
          }),
          HOST,
        )
        const mine = possibleVerdicts(rules, bob, '/usr/bin/id').map((one) => shown(one.verdict))
        // A setting that sudo does not know, or a value, costs that setting alone; a file that is not there is no line.
        const isSetting = /^(?:Defaults|[@#]include)/.test(line)
        const isJudged = isSetting || (complaint === 'complains') === rules.skipped.length > 0 || mine.length > 1
        return mine.includes(verdict as string) && isJudged ? [] : [`${line}: ${text}, not ${mine.join(' or ')}`]
      })
      assert.equal(wrong, [])
    } finally {
      discard(root)
    }
  })

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
        assert.is(shown(mine), verdict, `${release} ${line}\n${JSON.stringify(files, null, 1)}`)
        seen.set(verdict, (seen.get(verdict) ?? 0) + 1)
      }
      for (const verdict of ['++', '+-', '--'])
        assert.ok((seen.get(verdict) ?? 0) > 20, `${verdict}: ${seen.get(verdict)}`)
    } finally {
      discard(root)
    }
  })
}
