import { bySpec, edit, image, link, type Planted, remove, threeWays, twoWays, write } from '../support/planted.ts'

const rules = (id: string, ...lines: string[]) => bySpec('firewall', id, (spec) => (spec.firewall = { rules: lines }))
const PREFIX = 'allow in on'
const LATE = '/etc/systemd/system/ufw.service.d/site.conf'
const started = (name: string) =>
  link(`/etc/systemd/system/multi-user.target.wants/${name}`, `/etc/systemd/system/${name}`)
const NFT_DROP =
  '#!/usr/sbin/nft -f\nflush ruleset\ntable inet site {\n chain input {\n  type filter hook input priority 10; policy drop;\n  iif lo accept\n  tcp dport 80 accept\n }\n}'
const NFT_OPEN =
  '#!/usr/sbin/nft -f\ntable inet site {\n chain input {\n  type filter hook input priority 10; policy accept;\n }\n}'
const nft = (id: string, text: string) =>
  twoWays('firewall', id, write('/etc/nftables.conf', text, 0o755), {
    steps: [
      link('/etc/systemd/system/sysinit.target.wants/nftables.service', '/usr/lib/systemd/system/nftables.service'),
    ],
  })
const off: Partial<Planted> = { spec: (spec) => (spec.firewall = { enabled: false }) }

/** The packet filter of the device: what the spec says, and what else the image has. */
export const firewall: readonly Planted[] = [
  rules('an interface that nothing makes', `${PREFIX} tailscale0 to any port 22 proto tcp`),
  rules('an interface that is misspelt', `${PREFIX} eht0 to any port 22 proto tcp`),
  rules('one interface', `${PREFIX} eth0 to any port 22 proto tcp`),
  rules('the other interface', `${PREFIX} wlan0 to any port 22 proto tcp`),
  rules('one interface is kept out', 'deny in on wlan0', 'allow 22/tcp'),
  rules('one address of a network is kept out', 'deny from 192.0.2.2', 'allow 22/tcp'),
  rules('everywhere', 'limit 22/tcp'),
  rules('to one address of the device', 'allow from any to 192.0.2.1 port 22 proto tcp'),
  rules('to an address that the device has not', 'allow from any to 192.0.2.200 port 22 proto tcp'),
  rules('an address that nobody has', 'allow from 198.51.100.0/24 to any port 22 proto tcp'),
  image('firewall', 'no firewall wanted, and none there', [], off),
  image(
    'firewall',
    'no firewall wanted, and ufw on with DROP',
    [
      edit('/etc/ufw/ufw.conf', /ENABLED=no/, 'ENABLED=yes'),
      link('/etc/systemd/system/multi-user.target.wants/ufw.service', '/usr/lib/systemd/system/ufw.service'),
    ],
    off,
  ),
  image(
    'firewall',
    'no firewall wanted, and ufw on with ACCEPT',
    [
      edit('/etc/ufw/ufw.conf', /ENABLED=no/, 'ENABLED=yes'),
      edit('/etc/default/ufw', /DEFAULT_INPUT_POLICY="DROP"/, 'DEFAULT_INPUT_POLICY="ACCEPT"'),
    ],
    off,
  ),
  ...nft('a table of the image that lets nothing in', NFT_DROP),
  ...nft('a table of the image that lets all in', NFT_OPEN),
  ...nft('a table of the image that is broken', 'table inet { nonsense'),
  ...twoWays(
    'firewall',
    'before.rules that drop SSH',
    write(
      '/etc/ufw/before.rules',
      '*filter\n:ufw-before-input - [0:0]\n:ufw-before-output - [0:0]\n:ufw-before-forward - [0:0]\n:ufw-not-local - [0:0]\n-A ufw-before-input -p tcp --dport 22 -j DROP\nCOMMIT',
    ),
  ),
  ...twoWays(
    'firewall',
    'before.rules that let SSH in',
    write(
      '/etc/ufw/before.rules',
      '*filter\n:ufw-before-input - [0:0]\n:ufw-before-output - [0:0]\n:ufw-before-forward - [0:0]\n:ufw-not-local - [0:0]\n-A ufw-before-input -i lo -j ACCEPT\n-A ufw-before-input -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A ufw-before-input -p tcp --dport 22 -j ACCEPT\nCOMMIT',
    ),
  ),
  ...twoWays('firewall', 'before.rules that are broken', write('/etc/ufw/before.rules', '*filter\nnonsense\nCOMMIT')),
  ...threeWays(
    'firewall',
    'user.rules of the image, emptied',
    write('/etc/ufw/user.rules', '*filter\n:ufw-user-input - [0:0]\nCOMMIT', 0o640),
  ),
  ...twoWays(
    'firewall',
    'a program that ufw runs before',
    write(
      '/etc/ufw/before.init',
      '#!/bin/sh\nset -e\n[ "$1" != start ] || iptables -I INPUT -p tcp --dport 22 -s 10.0.0.0/8 -j DROP',
      0o755,
    ),
  ),
  ...twoWays(
    'firewall',
    'rules after ufw’s',
    write(
      '/etc/systemd/system/site-rules.service',
      '[Unit]\nAfter=ufw.service\n[Service]\nType=oneshot\nExecStart=/usr/sbin/iptables -I INPUT -p tcp --dport 22 -j DROP\n[Install]\nWantedBy=multi-user.target',
    ),
    { steps: [started('site-rules.service')] },
  ),
  ...twoWays(
    'firewall',
    'a unit that empties the tables',
    write(
      '/etc/systemd/system/site-open.service',
      '[Unit]\nAfter=ufw.service\n[Service]\nType=oneshot\nExecStart=/usr/sbin/iptables -P INPUT ACCEPT\nExecStart=/usr/sbin/iptables -F INPUT\n[Install]\nWantedBy=multi-user.target',
    ),
    { steps: [started('site-open.service')] },
  ),
  ...twoWays('firewall', 'ufw is not started', write(LATE, '[Unit]\nConditionPathExists=/no')),
  image('firewall', 'ufw’s unit is missing', [remove('/usr/lib/systemd/system/ufw.service')]),
  ...twoWays('firewall', 'no IPv6 in ufw', write('/etc/sysctl.d/99-site.conf', 'net.ipv6.conf.all.disable_ipv6=1')),
  ...twoWays(
    'firewall',
    'routes that are a black hole',
    write(
      '/etc/systemd/system/site-route.service',
      '[Service]\nType=oneshot\nExecStart=/usr/sbin/ip route add blackhole 10.1.2.3/32\n[Install]\nWantedBy=multi-user.target',
    ),
    { steps: [started('site-route.service')] },
  ),
]
