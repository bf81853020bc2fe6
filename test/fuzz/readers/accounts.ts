import { accountFacts } from '../../../src/core/access/account-facts.ts'
import { rootAccounts } from '../../../src/core/access/readers/root-accounts.ts'
import { rootGroupsOf } from '../../../src/core/access/root-groups.ts'
import { lockUser } from '../../../src/core/controls/account-stock.ts'
import { AccountLedger } from '../../../src/device/formats/account-ledger.ts'
import { parseAuthorizedKeys } from '../../../src/device/formats/authorized-keys.ts'
import { judgeCryptHash } from '../../../src/device/formats/crypt-hash.ts'
import { parseHostKey } from '../../../src/device/formats/host-key.ts'
import { parsePublicKey } from '../../../src/device/formats/public-key.ts'
import { assertAccounts } from '../../../src/device/inspect/account-check.ts'
import { origin } from '../../support/origin.ts'
import { HASH, KEYS } from '../../support/spec.ts'
import type { FuzzedReader } from '../reader.ts'
import { textReader, treeReader } from '../tree-reader.ts'

const WORDS = [
  'root',
  'alice',
  'pi',
  'x',
  '*',
  '!',
  '0',
  '1000',
  '/bin/bash',
  '/usr/sbin/nologin',
  HASH,
  'sudo',
  '+',
  '-',
]

const tables = {
  passwd: 'root:x:0:0:root:/root:/bin/bash\nalice:x:1000:1000:,,,:/home/alice:/bin/bash\n',
  shadow: `root:*:19000:0:99999:7:::\nalice:${HASH}:19000:0:99999:7:30:20000:\n`,
  group: 'root:x:0:\nsudo:x:27:alice,pi\nalice:x:1000:\n',
  gshadow: 'root:*::\nsudo:*:root:alice,pi\nalice:!::\n',
  subuid: 'alice:100000:65536\n',
  subgid: 'alice:100000:65536\n',
}

/** Accounts, and the keys and passwords with which they come. */
export const accountReaders: readonly FuzzedReader[] = [
  ...Object.entries(tables).map(([name, text]) =>
    treeReader({
      name,
      place: `/etc/${name}`,
      more: [text],
      words: WORDS,
      read: (device) => {
        const { root, accounts } = device
        const facts = [accountFacts(device), rootAccounts(device)]
        const groups = accounts.passwd.map((user) => rootGroupsOf(device, user))
        assertAccounts(root)
        const ledger = new AccountLedger(root)
        ledger.join('alice', 'sudo', origin)
        ledger.addSubordinates('carol', origin)
        ledger.set('passwd', ['carol', 'x', `${ledger.freeId()}`, '1000', '', '/home/carol', '/bin/sh'])
        for (const { name: user } of accounts.passwd.slice(0, 5)) {
          lockUser(ledger, user, origin)
          ledger.removeUser(user)
        }
        return [facts, groups, [...ledger.files.values()].map((file) => file.entries())]
      },
    }),
  ),
  treeReader({
    name: 'authorized_keys',
    place: '/home/alice/.ssh/authorized_keys',
    paths: /authorized_keys/,
    more: [
      `from="192.0.2.0/24,!*.example.org",command="a \\"b\\"",expiry-time="20300101",restrict ${KEYS.alice}\n${KEYS.bob}\n`,
      'sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29t x\necdsa-sha2-nistp256 AAAA\n',
    ],
    read: (device, text) => [parseAuthorizedKeys(text), text.split('\n').map(parsePublicKey), accountFacts(device)],
  }),
  textReader({
    name: 'password hash',
    seeds: [
      HASH,
      '$y$j9T$abcdefgh$0123456789012345678901234567890123456789012',
      '$2b$12$abcdefghijklmnopqrstuv',
      '$5$rounds=999999999$a$b',
    ],
    words: ['$', 'rounds=', '$gy$', '$argon2id$v=19$m=65536,t=3,p=4$', '$1$'],
    read: (input) => judgeCryptHash(new TextDecoder().decode(input)),
  }),
  textReader({
    name: 'host key',
    seeds: [
      '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZWQyNTUxOQAAACD46NU3UEhvxuCkNqDptGDSb/+vnfSeC4kByIbxci8ZNQ==\n-----END OPENSSH PRIVATE KEY-----\n',
    ],
    read: (input) => (['ed25519', 'rsa'] as const).map((type) => parseHostKey(type, new TextDecoder().decode(input))),
  }),
]
