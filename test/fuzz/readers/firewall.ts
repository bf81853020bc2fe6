import { admitted } from '../../../src/device/netfilter/admitted.ts'
import { hookedOf, restore } from '../../../src/device/netfilter/restore.ts'
import { nftRules } from '../../../src/device/nftables/rules.ts'
import { ufwOnDevice } from '../../../src/device/ufw/on-device.ts'
import { imageProfiles } from '../../../src/device/ufw/profiles.ts'
import { parseServices } from '../../../src/device/ufw/services.ts'
import { append } from '../../support/error-page.ts'
import type { FuzzedReader } from '../reader.ts'
import { textReader, treeReader } from '../tree-reader.ts'

const RULES = `*filter
:ufw-user-input - [0:0]
:ufw-user-limit - [0:0]
### tuple ### allow tcp 22 0.0.0.0/0 any 192.0.2.0/24 in
-A ufw-user-input -p tcp --dport 22 -s 192.0.2.0/24 -j ACCEPT
-A ufw-user-input -i eth0 -p tcp -m multiport --dports 80,443,1000:2000 -j DROP
-A ufw-user-input -p tcp --dport 22 -m conntrack --ctstate NEW -m recent --update --seconds 30 --hitcount 6 -j ufw-user-limit
-A ufw-user-limit -m limit --limit 3/minute -j LOG --log-prefix "[UFW LIMIT BLOCK] "
-A ufw-user-limit -j REJECT
-I INPUT 1 ! -s 10.0.0.0/8 -m iprange --src-range 192.0.2.1-192.0.2.9 -g ufw-user-input
COMMIT
`
const NFT = `#!/usr/sbin/nft -f
flush ruleset
define lan = { 192.0.2.0/24, 10.0.0.1-10.0.0.9 }
table inet filter {
  set s { type ipv4_addr; flags interval; elements = { 192.0.2.1, 192.0.2.4/30 } }
  chain input {
    type filter hook input priority filter; policy drop;
    ct state vmap { established : accept, invalid : drop }
    iifname "lo" accept
    ip saddr $lan tcp dport { 22, 80-90 } accept
    ip6 saddr @s meta l4proto tcp jump other comment "x"
  }
  chain other { tcp dport != 22 drop; limit rate 3/minute log prefix "a" reject with tcp reset }
}
`

/** ufw over a text of one of its files, from the question whether it is in force to whom it lets through. */
function ufwFile(name: string, place: string, seed: string): FuzzedReader {
  return treeReader({
    name,
    place,
    paths: new RegExp(`^${place.replaceAll('.', '\\.')}`),
    more: [seed],
    words: [
      '-A',
      '-j',
      'ACCEPT',
      'RETURN',
      '-m',
      '!',
      '*nat',
      'COMMIT',
      '--dport',
      '22',
      '::/0',
      '0.0.0.0/0',
      'ufw-user-input',
    ],
    read: ({ root }) => {
      for (const [path, text] of [
        ['/etc/ufw/ufw.conf', 'ENABLED=yes\n'],
        ['/etc/default/ufw', 'IPV6=yes\nDEFAULT_INPUT_POLICY="DROP"\n'],
      ] as const)
        if (path !== place) append(root, path, text)
      const found = ufwOnDevice(root, { isNew: true, isSwitchedOn: true, isStarted: true })
      return admitted(found?.hooked ?? [], 22)
    },
  })
}

/** Whom the packet filters let through. */
export const firewallReaders: readonly FuzzedReader[] = [
  ufwFile('ufw user.rules', '/etc/ufw/user.rules', RULES),
  ufwFile('ufw before.rules', '/etc/ufw/before.rules', RULES.replaceAll('ufw-user', 'ufw-before')),
  ufwFile('ufw.conf', '/etc/ufw/ufw.conf', 'ENABLED=yes\nLOGLEVEL=low\n'),
  ufwFile(
    'default/ufw',
    '/etc/default/ufw',
    'IPV6=yes\nDEFAULT_INPUT_POLICY="DROP"\nIPT_MODULES="x y"\nMANAGE_BUILTINS=no\n',
  ),
  treeReader({
    name: 'iptables rules.v4',
    place: '/etc/iptables/rules.v4',
    paths: /\.rules$|iptables/,
    more: [RULES],
    read: (_, text) =>
      ([4, 6] as const).map((family) =>
        admitted(hookedOf(restore(new Map(), text, 'rules.v4', true).tables, family), 22),
      ),
  }),
  treeReader({
    name: 'nftables.conf',
    place: '/etc/nftables.conf',
    more: [NFT],
    words: [
      'accept',
      'drop',
      'jump',
      'goto',
      'vmap',
      'ip saddr',
      'tcp dport',
      '{',
      '}',
      'inet',
      'hook input',
      'policy',
      '@s',
      '$lan',
      '!=',
    ],
    read: (_, text) => admitted(nftRules(text, '/etc/nftables.conf').hooked, 22),
  }),
  treeReader({
    name: 'ufw profile',
    place: '/etc/ufw/applications.d/a',
    more: ['[OpenSSH]\ntitle=Secure shell\ndescription=x\nports=22/tcp|80,443:445/udp\n'],
    read: ({ root }) => imageProfiles(root, parseServices('ssh 22/tcp\n'), true),
  }),
  textReader({
    name: 'services',
    seeds: ['ssh 22/tcp\nhttp 80/tcp www # WorldWideWeb\ndomain 53/udp dns nameserver\n'],
    read: (input) => parseServices(new TextDecoder().decode(input)),
  }),
]
