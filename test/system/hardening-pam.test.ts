import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { pamPolicy } from '../../src/core/controls/pam-policy.ts'
import { inspect } from '../../src/device/inspect/inspect.ts'
import { authUpdate } from '../../src/device/pam/auth-update.ts'
import { DirectoryTree } from '../../src/storage/tree/directory.ts'
import { contextOf } from '../support/control.ts'
import { smallSpec, specOf } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { attemptIn, runIn } from './support/chroot.ts'
import { debianRoot, discard, releases, scratch } from './support/roots.ts'

void [authUpdate, inspect, attemptIn, rmSync]

const test = suite('PAM as the spec has it, held against pam-auth-update and PAM itself')

const STACKS = ['auth', 'account', 'password', 'session', 'session-noninteractive']
const FILES = [
  ...STACKS.map((name) => `/etc/pam.d/common-${name}`),
  ...STACKS.map((name) => `/var/lib/pam/${name}`),
  '/var/lib/pam/seen',
]
const UPDATE = ['env', 'DEBIAN_FRONTEND=noninteractive', 'pam-auth-update', '--package']

/** Writes what the control makes of a root into it. @returns the names of the profiles */
function policy(root: string, hardening: object): string[] {
  const tree = new DirectoryTree(root)
  try {
    const spec = specOf({ ...smallSpec(), profile: 'cis', hardening })
    const operations = pamPolicy.compile(contextOf(spec, { root: tree })).operations ?? []
    for (const operation of operations) {
      if (operation.kind === 'file') {
        mkdirSync(join(root, dirname(operation.path)), { recursive: true })
        writeFileSync(join(root, operation.path), operation.content)
      }
      if (operation.kind === 'remove') rmSync(join(root, operation.path))
    }
    return operations.flatMap(({ kind, path }) =>
      kind === 'file' && path.startsWith('/usr/share/pam-configs/') ? [path] : [],
    )
  } finally {
    tree.close()
  }
}

const contents = (root: string) =>
  Object.fromEntries(FILES.map((path) => [path, readFileSync(join(root, path), 'utf8')]))

for (const release of releases) {
  test(`${release}: the stacks are those that pam-auth-update makes of the same profiles, and it leaves them so`, () => {
    const [ours, theirs] = [scratch(debianRoot(release, 'full')), scratch(debianRoot(release, 'full'))]
    try {
      const profiles = policy(ours, {})
      for (const path of profiles) writeFileSync(join(theirs, path), readFileSync(join(ours, path)))
      runIn(theirs, UPDATE)
      const auth = join(theirs, 'etc/pam.d/common-auth')
      writeFileSync(auth, readFileSync(auth, 'utf8').replace(' nullok', ''))
      runIn(theirs, UPDATE)
      assert.is(profiles.length, 3)
      assert.equal(contents(ours), contents(theirs))
      runIn(ours, UPDATE)
      assert.equal(contents(ours), contents(theirs))
      policy(ours, { lockout: { tries: 0 }, passwords: { history: 0, empty: 'image' } })
      assert.equal(contents(ours), contents(debianRoot(release, 'full')))
    } finally {
      discard(ours)
      discard(theirs)
    }
  })
}
