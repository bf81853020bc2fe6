import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { accountFacts } from '../../src/core/access/account-facts.ts'
import type { FinishedDevice } from '../../src/core/access/finished-device.ts'
import { answered, sshUnreachable } from '../../src/core/access/listening.ts'
import { prove } from '../../src/core/access/prove.ts'
import { sshdConfiguration } from '../../src/core/access/readers/sshd.ts'
import { usualSshd } from '../../src/core/access/sshd-services.ts'
import { readAccounts } from '../../src/device/formats/accounts.ts'
import type { Release } from '../../src/device/inspect/inventory.ts'
import { DirectoryTree } from '../../src/storage/tree/directory.ts'
import { TODAY } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { runIn } from './support/chroot.ts'
import { debianRoot, discard, releases, scratch } from './support/roots.ts'

const test = suite('what the access prover says of sshd, held against logins')

/** Lines of sshd_config, with which alice comes in by her key, or does not. */
const open = [
  ...['MaxSessions 1', 'MaxAuthTries 1', 'MaxStartups 1', 'PerSourceMaxStartups 1', 'LoginGraceTime 5'],
  ...['ChrootDirectory /', 'ChrootDirectory none', 'ForceCommand none', 'PermitTTY no', 'DisableForwarding yes'],
  ...['RevokedKeys none', 'RevokedKeys /etc/keys/empty', 'RevokedKeys /etc/keys/other', 'RequiredRSASize 4096'],
  ...['Ciphers aes256-ctr', 'Ciphers -*-cbc,aes*', 'MACs hmac-sha1', 'MACs -umac-*,hmac-sha1*\nCiphers aes256-ctr'],
  ...['KexAlgorithms -ecdh*,diffie*', 'KexAlgorithms diffie-hellman-group14-sha256', 'HostKeyAlgorithms rsa-sha2-512'],
  ...['HostKeyAlgorithms -ecdsa*', 'PubkeyAcceptedAlgorithms ssh-ed25519', 'PubkeyAuthOptions verify-required'],
  ...['AddressFamily inet', 'ListenAddress 0.0.0.0', 'TrustedUserCAKeys /none', 'AuthorizedPrincipalsFile /none'],
  ...['AuthenticationMethods publickey', 'AuthenticationMethods password publickey', 'AuthenticationMethods any'],
  ...['AuthorizedKeysCommand /none\nAuthorizedKeysCommandUser nobody', 'ChannelTimeout session=1h', 'RekeyLimit 1K 1'],
  ...['IPQoS 255', 'UsePAM no', 'AllowGroups alice', 'Banner /none', 'UseDNS yes', 'Match User bob\nMaxSessions 0'],
  ...['MACs hmac-md5', 'AllowUsers alice@0.0.0.0/0', 'Match Address 10.0.0.0/8\nMaxSessions 0', 'Include /etc'],
  ...['Match LocalPort 2222\nMaxSessions 0', 'Match RDomain mgmt\nMaxSessions 0', 'MaxStartups 9\nMaxStartups 8'],
]
const shut = [
  ...['MaxSessions 0', 'MaxAuthTries 0', 'PerSourceMaxStartups 0', 'ForceCommand internal-sftp', 'ForceCommand /none'],
  ...['ChrootDirectory /none', 'ChrootDirectory /home', 'ChrootDirectory %h', 'ListenAddress 192.0.2.1'],
  ...['RevokedKeys /none', 'RevokedKeys /etc', 'RevokedKeys /etc/keys/alice', 'RevokedKeys /etc/keys/bad'],
  ...['Ciphers -*', 'Ciphers aes256-cbc', 'KexAlgorithms -*', 'KexAlgorithms diffie-hellman-group14-sha1'],
  ...['MACs -*\nCiphers aes256-ctr', 'MACs hmac-md5\nCiphers aes256-ctr', 'HostKeyAlgorithms -*'],
  ...['HostKeyAlgorithms ecdsa-sha2-nistp384', 'PubkeyAcceptedAlgorithms rsa-sha2-512', 'PubkeyAuthentication no'],
  ...['AuthenticationMethods publickey,publickey', 'AuthenticationMethods keyboard-interactive', 'AllowGroups wheel'],
  ...['AuthenticationMethods publickey,password', 'AddressFamily inet6\nListenAddress 0.0.0.0', 'DenyUsers alice'],
  ...['Match Group alice\nMaxSessions 0', 'Match all\nMaxAuthTries 0', 'AuthorizedKeysFile none', 'Nonsense yes'],
  ...['Match LocalPort 22\nMaxSessions 0', 'Match RDomain *\nMaxSessions 0', 'Match User alice\nRevokedKeys none'],
  ...[
    'HostKey /none',
    'ForceCommand none # x',
    'Banner a b',
    'Include /etc/dangling',
    'AuthenticationMethods password',
  ],
]

const CONFIG = 'etc/ssh/sshd_config.d/50-test.conf'
const base = 'UsePAM yes\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n'

const prepare = `
ssh-keygen -A
useradd --create-home --shell /bin/bash --password '*' alice
mkdir -p /home/alice/.ssh /etc/keys
for name in alice other; do ssh-keygen -q -t ed25519 -N '' -f /root/$name; cp /root/$name.pub /etc/keys/$name; done
cp /root/alice.pub /home/alice/.ssh/authorized_keys
chown -R alice: /home/alice
: > /etc/keys/empty
ln -s /none /etc/dangling
{ echo 'no key'; cat /root/other.pub; } > /etc/keys/bad`

/** sshd with each configuration, and a login; a line of its own for each: what the shell said. */
const tryAll = `
while IFS= read -r -d $'\\001' text; do
  printf '%s' "$text" > /${CONFIG}
  /usr/sbin/sshd -D 2>/dev/null & server=$!
  for attempt in 1 2 3 4 5 6 7 8 9 10; do grep -q ':0016 .* 0A ' /proc/net/tcp* && break; sleep 0.1; done
  timeout 10 ssh -n -F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o BatchMode=yes \\
    -i /root/alice alice@127.0.0.1 'echo $USER is in' 2>/dev/null || true
  printf '\\001'
  kill $server 2>/dev/null || true
  wait $server || true
done < /tmp/texts`

for (const release of releases) {
  test(`${release}: alice gets in where the prover says so, and nowhere else`, () => {
    const root = scratch(debianRoot(release, 'full'))
    try {
      runIn(root, ['sh', '-euc', prepare])
      mkdirSync(join(root, 'etc/ssh/sshd_config.d'), { recursive: true })
      const all = [...open, ...shut]
      const texts = all.map((line) => base.replace(keywordOf(line), '#$&') + line)
      writeFileSync(join(root, 'tmp/texts'), texts.map((text) => `${text}\n\u0001`).join(''))
      const said = runIn(root, ['bash', '-euc', tryAll], { timeout: 400 }).split('\u0001').slice(0, -1)
      const happened = all.map((line, i) => [line, said[i] === 'alice is in\n' ? 'open' : 'shut'])
      const expected = all.map((line) => [line, open.includes(line) ? 'open' : 'shut'])
      assert.equal(happened, expected)
      const proved = all.map((line, i) => {
        writeFileSync(join(root, CONFIG), texts[i] as string)
        return [line, isOpen(root, release) ? 'open' : 'shut']
      })
      assert.equal(proved, expected)
    } finally {
      discard(root)
    }
  })
}

/** A line of the base that says something else about the same keyword has to give way: the first counts. */
function keywordOf(line: string): RegExp {
  return new RegExp(`^${line.split(' ')[0]} `, 'm')
}

function isOpen(place: string, release: Release): boolean {
  const root = new DirectoryTree(place)
  const device: FinishedDevice = {
    root,
    boot: undefined,
    release,
    today: TODAY,
    accounts: readAccounts(root),
    packages: new Map(),
    requests: [],
    unread: [],
    owners: new Map([['alice', { sudo: 'none' }]]),
    ssh: { enabled: true, port: 22 },
    authorities: new Set(),
    keepsAutologin: false,
  }
  const { lockouts, unproved } = prove(
    {
      today: TODAY,
      ssh: { ...device.ssh, unreachable: sshUnreachable(root, release, 22, { packages: [] }) },
      gates: [{ code: 'ACC014', reach: answered(usualSshd(device)), because: 'sshd listens for nobody' }],
      accounts: accountFacts(device),
    },
    sshdConfiguration(device),
  )
  // An address that this device has not: what else is unproved belongs to how the test sets its sshd up.
  const isElsewhere = unproved.some(({ because }) => because.startsWith('ListenAddress '))
  return lockouts.length === 0 && !isElsewhere
}
