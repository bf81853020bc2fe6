import * as assert from 'uvu/assert'
import { readAccounts } from '../../../src/device/formats/accounts.ts'
import { refusal } from '../../../src/device/sshd/allow-deny.ts'
import { effectiveFor } from '../../../src/device/sshd/effective.ts'
import { keyRefusal } from '../../../src/device/sshd/key-types.ts'
import { keysFileRefusal, keysFilesOf } from '../../../src/device/sshd/strict-modes.ts'
import { memoryTree, type Sketch } from '../../support/memory.ts'
import { suite } from '../../support/suite.ts'

const test = suite('who gets past sshd')

const passwd =
  'root:x:0:0::/root:/bin/bash\nalice:x:1000:1000::/home/alice:/bin/bash\nbob:x:1001:1000::/home/bob:/bin/none\n'
const base: Record<string, Sketch> = {
  '/etc/passwd': passwd,
  '/etc/group': 'root:x:0:\nalice:x:1000:\nsudo:x:27:alice\nshared:x:50:alice,bob\n',
  '/etc/shadow': 'root:*:1::::::\nalice:!:1::::::\nbob:*:1::::::\n',
  '/bin/bash': { text: '', mode: 0o755 },
}
const ask = (config: string, user = 'alice', groups = ['alice', 'sudo']) => {
  const root = memoryTree({ ...base, '/etc/ssh/sshd_config': config })
  const connection = { user, groups, address: '192.0.2.7' }
  return refusal(root, readAccounts(root), effectiveFor(root, 'trixie', connection), connection)
}

test('sshd’s own order of refusals, with the line behind each', () => {
  assert.is(ask('UsePAM yes\n'), undefined)
  assert.match(ask('UsePAM no\n') ?? '', 'locked with "!"')
  assert.match(ask('UsePAM yes\n', 'nobody') ?? '', 'no user nobody')
  assert.match(ask('UsePAM yes\n', 'bob') ?? '', '/bin/none')
  assert.match(ask('UsePAM yes\nDenyUsers a*\n') ?? '', 'DenyUsers names alice (/etc/ssh/sshd_config:2)')
  assert.match(ask('UsePAM yes\nAllowUsers bob alice@10.*\n') ?? '', 'AllowUsers does not name alice')
  assert.is(ask('UsePAM yes\nAllowUsers bob alice@192.0.2.0/24\n'), undefined)
  assert.match(ask('UsePAM yes\nAllowUsers alice@192.0.2.0/24,!192.0.2.7\n') ?? '', 'AllowUsers')
  assert.match(ask('UsePAM yes\nDenyGroups sudo\n') ?? '', 'DenyGroups')
  assert.match(ask('UsePAM yes\nAllowGroups wheel\n') ?? '', 'AllowGroups')
  assert.match(ask('UsePAM yes\nRefuseConnection yes\n') ?? '', 'RefuseConnection')
  assert.match(ask('UsePAM yes\nPermitRootLogin no\n', 'root', ['root']) ?? '', 'PermitRootLogin')
  assert.is(ask('UsePAM yes\n', 'root', ['root']), undefined)
})

function modes(sketches: { home?: Partial<Entry>; ssh?: Partial<Entry>; file?: Partial<Entry> }) {
  const own = { uid: 1000, gid: 1000 }
  const root = memoryTree({
    ...base,
    '/home/alice/.ssh/authorized_keys': { text: '', mode: 0o600, ...own, ...sketches.file },
  })
  root.nodes.set('/home/alice', { kind: 'directory', mode: 0o700, ...own, ...sketches.home })
  root.nodes.set('/home/alice/.ssh', { kind: 'directory', mode: 0o700, ...own, ...sketches.ssh })
  const accounts = readAccounts(root)
  const alice = accounts.passwd[1]
  if (alice === undefined) throw new Error('alice is in the list')
  return keysFileRefusal(root, accounts, alice, '/home/alice/.ssh/authorized_keys', true)
}
interface Entry {
  mode: number
  uid: number
  gid: number
}

test('StrictModes: nobody else may write, and the user has to read', () => {
  assert.is(modes({}), undefined)
  assert.is(modes({ home: { mode: 0o755, uid: 0 }, file: { mode: 0o644, uid: 0 } }), undefined)
  assert.match(modes({ home: { mode: 0o777 } }) ?? '', 'others may write to /home/alice')
  assert.match(modes({ ssh: { uid: 1001, mode: 0o755 } }) ?? '', 'others may write to /home/alice/.ssh')
  assert.match(modes({ file: { mode: 0o660, gid: 50 } }) ?? '', 'authorized_keys')
  assert.match(modes({ file: { uid: 0, gid: 0 } }) ?? '', 'may not read')
  assert.match(modes({ ssh: { uid: 0, gid: 0 } }) ?? '', 'may not enter')
})

test('StrictModes of Debian: a group may write if the user is its only member', () => {
  // bob has alice's group as his own, so it is not hers alone.
  assert.match(modes({ home: { mode: 0o770 } }) ?? '', 'others may write')
  assert.is(modes({ home: { mode: 0o770, gid: 27 } }), undefined)
  assert.match(modes({ home: { mode: 0o770, gid: 50 } }) ?? '', 'others may write')
})

test('where the keys lie', () => {
  const alice = { name: 'alice', password: 'x', uid: 1000, gid: 1000, gecos: '', home: '/home/alice', shell: '/bin/sh' }
  assert.equal(
    keysFilesOf(memoryTree({}), 'bookworm', alice, ['.ssh/authorized_keys', '/etc/keys/%u-%U%%', '%h/k', 'none']),
    ['/home/alice/.ssh/authorized_keys', '/etc/keys/alice-1000%', '/home/alice/k'],
  )
})

test('kinds and lengths of keys', () => {
  const refused = (type: string, bits: number, accepted?: string) => {
    const line = accepted === undefined ? '' : `PubkeyAcceptedAlgorithms ${accepted}\n`
    const root = memoryTree({ ...base, '/etc/ssh/sshd_config': `RequiredRSASize 3072\n${line}` })
    const sshd = effectiveFor(root, 'trixie', { user: 'alice', groups: ['alice'], address: '192.0.2.7' })
    return keyRefusal(sshd, { type, bits })
  }
  assert.is(refused('ssh-ed25519', 256), undefined)
  assert.is(refused('ssh-rsa', 3072), undefined)
  assert.match(refused('ssh-rsa', 2048) ?? '', '2048 bits')
  assert.match(refused('ssh-dss', 1024) ?? '', 'ssh-dss')
  assert.match(refused('ecdsa-sha2-nistp256', 256, '-ecdsa-*') ?? '', 'ecdsa')
  assert.is(refused('ecdsa-sha2-nistp256', 256, '-ssh-rsa*,ssh-dss*'), undefined)
  assert.match(refused('ssh-ed25519', 256, 'rsa-sha2-512') ?? '', 'ed25519')
  assert.is(refused('ssh-rsa', 4096, 'rsa-sha2-512'), undefined)
})
