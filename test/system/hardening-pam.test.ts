import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { accounts } from '../../src/core/controls/accounts.ts'
import { pamPolicy } from '../../src/core/controls/pam-policy.ts'
import { suGroup } from '../../src/core/controls/su-group.ts'
import { HASH } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { runIn } from './support/chroot.ts'
import { layControls } from './support/lay-control.ts'
import { debianRoot, discard, releases, scratch } from './support/roots.ts'

const test = suite('PAM as the spec has it, held against pam-auth-update and libpam')

const STACKS = ['auth', 'account', 'password', 'session', 'session-noninteractive']
const FILES = [...STACKS.flatMap((name) => [`/etc/pam.d/common-${name}`, `/var/lib/pam/${name}`]), '/var/lib/pam/seen']
const PROFILES = ['pibake-faillock', 'pibake-faillock-count', 'pibake-pwhistory']
const UPDATE = ['env', 'DEBIAN_FRONTEND=noninteractive', 'pam-auth-update', '--package']

const contents = (root: string) =>
  Object.fromEntries(FILES.map((path) => [path, readFileSync(join(root, path), 'utf8')]))

/** Codes of libpam (_pam_types.h). */
const [SUCCESS, PERMISSION_DENIED] = [0, 6]
const PASSWORD = 'correct horse'

for (const release of releases) {
  test(`${release}: the stacks are those that pam-auth-update makes of the same profiles, and it leaves them so`, () => {
    const [ours, theirs] = [scratch(debianRoot(release, 'full')), scratch(debianRoot(release, 'full'))]
    try {
      layControls(ours, release, [pamPolicy])
      for (const name of PROFILES) {
        const path = `usr/share/pam-configs/${name}`
        writeFileSync(join(theirs, path), readFileSync(join(ours, path)))
      }
      runIn(theirs, UPDATE)
      const auth = join(theirs, 'etc/pam.d/common-auth')
      writeFileSync(auth, readFileSync(auth, 'utf8').replace(' nullok', ''))
      runIn(theirs, UPDATE)
      assert.equal(contents(ours), contents(theirs))
      runIn(ours, UPDATE)
      assert.equal(contents(ours), contents(theirs))
      layControls(ours, release, [pamPolicy], { lockout: { tries: 0 }, passwords: { history: 0, empty: 'image' } })
      assert.equal(contents(ours), contents(debianRoot(release, 'full')), 'the spec takes them back')
    } finally {
      discard(ours)
      discard(theirs)
    }
  })

  test(`${release}: four wrong passwords shut the password, not the key; an empty one opens nothing; su is for its group`, () => {
    const root = scratch(debianRoot(release, 'full'))
    try {
      layControls(root, release, [accounts, pamPolicy, suGroup])
      runIn(root, ['useradd', '-m', '-p', HASH, 'bob'])
      runIn(root, ['useradd', '-m', '-p', '', 'carol'])
      runIn(root, ['useradd', '-m', '-p', HASH, '-G', 'sugroup', 'dave'])
      writeFileSync(join(root, 'tmp/pam.py'), readFileSync('test/system/support/pam.py'))
      const uid = (name: string) => Number(runIn(root, ['id', '-u', name]))
      const call = (service: string, user: string, password: string, caller = 0) => ({
        service,
        user,
        password,
        caller,
        tty: 'tty1',
        stops: true,
      })
      const wrong = Array.from({ length: 4 }, () => call('login', 'bob', 'battery staple'))
      const calls = [
        call('login', 'bob', PASSWORD),
        ...wrong,
        call('login', 'bob', PASSWORD),
        call('sshd', 'bob', PASSWORD),
        { ...call('sshd', 'bob', PASSWORD), stops: false },
        call('login', 'dave', PASSWORD),
        call('login', 'carol', ''),
        call('su', 'dave', PASSWORD, uid('bob')),
        call('su', 'dave', PASSWORD, uid('dave')),
        call('su', 'dave', 'battery staple', 0),
      ]
      const input = JSON.stringify(calls)
      const answers = runIn(root, ['python3', '/tmp/pam.py'], { input }).trim().split('\n')
      const codes = answers.map((line) => JSON.parse(line) as readonly number[])
      const [auth, account] = [codes.map((one) => one[0]), codes.map((one) => one[1])]
      assert.is(auth[0], SUCCESS)
      for (const code of auth.slice(1, 5)) assert.not.equal(code, SUCCESS)
      for (const code of [auth[5], auth[6]]) assert.not.equal(code, SUCCESS, 'the right one, too late')
      // What sshd asks of PAM after a key: account and session alone.
      assert.is(account[7], SUCCESS)
      assert.is(auth[8], SUCCESS, 'nobody else is shut out')
      assert.not.equal(auth[9], SUCCESS, 'an empty password')
      assert.equal(
        [auth[10], auth[11], auth[12]],
        [PERMISSION_DENIED, SUCCESS, SUCCESS],
        'su of another, a member, root',
      )
    } finally {
      discard(root)
    }
  })

  test(`${release}: the last passwords are not taken again`, () => {
    const root = scratch(debianRoot(release, 'full'))
    try {
      layControls(root, release, [pamPolicy])
      runIn(root, ['useradd', '-m', '-p', HASH, 'bob'])
      const change = (password: string) =>
        runIn(root, [
          'sh',
          '-c',
          `printf '%s\\n%s\\n' "$1" "$1" | passwd bob >/dev/null 2>&1; echo $?`,
          'sh',
          password,
        ]).trim()
      assert.is(change('first long password 1'), '0')
      assert.is(change('second long password 2'), '0')
      assert.not.equal(change('first long password 1'), '0')
      assert.is(change('third long password 3'), '0')
    } finally {
      discard(root)
    }
  })
}
