import * as assert from 'uvu/assert'
import { isInList, LINKS } from '../../../src/device/network-manager/device-list.ts'
import { managedStatements } from '../../../src/device/network-manager/managed.ts'
import { memoryTree } from '../../support/memory.ts'
import { suite } from '../../support/suite.ts'

const test = suite('what NetworkManager takes care of')

const ETC = '/etc/NetworkManager/conf.d'
const MAIN = '/etc/NetworkManager/NetworkManager.conf'
const LIB = '/usr/lib/NetworkManager/conf.d'
const RULES = '/etc/udev/rules.d/90-nm.rules'
const STOCK = '[main]\nplugins=ifupdown,keyfile\n\n[ifupdown]\nmanaged=false\n'

/** What counts in the end: `yes`, `no FILE:LINE`. */
function wlan0(files: Readonly<Record<string, string>>): string {
  const last = managedStatements(memoryTree({ [MAIN]: STOCK, ...files }), LINKS.wlan0).at(-1)
  return last === undefined || last.isManaged ? 'yes' : `no ${last.file}:${last.line}`
}

for (const [list, wlan, eth] of [
  ['*', true, true],
  ['wlan0', true, false],
  ['wlan*', false, false],
  ['interface-name:wlan*', true, false],
  ['interface-name:~wl*;type:bridge', true, false],
  ['interface-name:=wlan*', false, false],
  ['type:ethernet', false, true],
  ['driver:brcmfmac', true, false],
  ['driver:brcm*/1.0', true, false],
  ['driver:macb', false, true],
  ['00:11:22:33:44:55, mac:00:11:22:33:44:55', false, false],
  ['*,except:type:wifi,except:type:gsm', false, true],
  ['except:type:wifi', false, true],
  ['except:interface-name:eth0', true, false],
  ['type:wifi,except:interface-name:wlan1', true, false],
  ['', false, false],
] as const) {
  test(`the list '${list}'`, () => {
    assert.equal([isInList(list, LINKS.wlan0), isInList(list, LINKS.eth0)], [wlan, eth])
  })
}

const cases: readonly (readonly [title: string, files: Readonly<Record<string, string>>, said: string])[] = [
  ['a stock image', {}, 'yes'],
  ['a list', { [`${ETC}/x.conf`]: '[keyfile]\nunmanaged-devices=interface-name:wlan0\n' }, `no ${ETC}/x.conf:2`],
  ['a list of another section', { [`${ETC}/x.conf`]: '[main]\nunmanaged-devices=*\n' }, 'yes'],
  ['a comment', { [`${ETC}/x.conf`]: '[keyfile]\n# unmanaged-devices=*\n' }, 'yes'],
  [
    'a later list',
    { [`${ETC}/a.conf`]: '[keyfile]\nunmanaged-devices=*\n', [`${ETC}/b.conf`]: '[keyfile]\nunmanaged-devices=\n' },
    'yes',
  ],
  [
    'a list that adds',
    {
      [`${ETC}/a.conf`]: '[keyfile]\nunmanaged-devices=eth0\n',
      [`${ETC}/b.conf`]: '[keyfile]\nunmanaged-devices+=wlan0\n',
    },
    `no ${ETC}/b.conf:2`,
  ],
  [
    'a list that takes away',
    {
      [`${LIB}/a.conf`]: '[keyfile]\nunmanaged-devices=eth0,wlan0\n',
      [`${ETC}/b.conf`]: '[keyfile]\nunmanaged-devices-=wlan0\n',
    },
    'yes',
  ],
  ["a package's file", { [`${LIB}/10-x.conf`]: '[keyfile]\nunmanaged-devices=*\n' }, `no ${LIB}/10-x.conf:2`],
  [
    "a package's file behind one of the same name",
    { [`${LIB}/10-x.conf`]: '[keyfile]\nunmanaged-devices=*\n', [`${ETC}/10-x.conf`]: '' },
    'yes',
  ],
  [
    "a package's file before the main one",
    { [`${LIB}/99.conf`]: '[keyfile]\nunmanaged-devices=*\n', [MAIN]: '[keyfile]\nunmanaged-devices=none\n' },
    'yes',
  ],
  ['another ending', { [`${ETC}/x.conf.bak`]: '[keyfile]\nunmanaged-devices=*\n' }, 'yes'],
  ['a section for all', { [`${ETC}/x.conf`]: '[device]\nmanaged=0\n' }, `no ${ETC}/x.conf:2`],
  [
    'a section for Wi-Fi',
    { [`${ETC}/x.conf`]: '[device-wifi]\nmatch-device=type:wifi\nmanaged=false\n' },
    `no ${ETC}/x.conf:3`,
  ],
  ['a section for others', { [`${ETC}/x.conf`]: '[device-eth]\nmatch-device=type:ethernet\nmanaged=0\n' }, 'yes'],
  [
    'the first section of a file counts',
    { [`${ETC}/x.conf`]: '[device-a]\nmatch-device=wlan0\nmanaged=1\n[device-b]\nmanaged=0\n' },
    'yes',
  ],
  [
    'a later file counts',
    { [`${ETC}/a.conf`]: '[device-a]\nmanaged=1\n', [`${ETC}/b.conf`]: '[device-b]\nmanaged=0\n' },
    `no ${ETC}/b.conf:2`,
  ],
  ['a connection', { [`${ETC}/x.conf`]: '[connection]\nmanaged=0\n' }, 'yes'],
  ['ifupdown', { '/etc/network/interfaces': 'auto wlan0\niface wlan0 inet dhcp\n' }, 'no /etc/network/interfaces:2'],
  [
    'ifupdown, a sourced file',
    {
      '/etc/network/interfaces': 'source /etc/network/interfaces.d/*\n',
      '/etc/network/interfaces.d/wifi': 'iface wlan0 inet manual\n',
    },
    'no /etc/network/interfaces.d/wifi:1',
  ],
  ['ifupdown, a file that is not read', { '/etc/network/interfaces.d/wifi': 'iface wlan0 inet manual\n' }, 'yes'],
  ['ifupdown, another interface', { '/etc/network/interfaces': 'iface eth0 inet dhcp\n' }, 'yes'],
  [
    'ifupdown is managed',
    { '/etc/network/interfaces': 'iface wlan0 inet dhcp\n', [`${ETC}/x.conf`]: '[ifupdown]\nmanaged=true\n' },
    'yes',
  ],
  [
    'without the plugin',
    { '/etc/network/interfaces': 'iface wlan0 inet dhcp\n', [MAIN]: '[main]\nplugins=keyfile\n' },
    'yes',
  ],
  ['udev', { [RULES]: 'SUBSYSTEM=="net", KERNEL=="wl*", ENV{NM_UNMANAGED}="1"\n' }, `no ${RULES}:1`],
  ['udev, by type', { [RULES]: '# x\nENV{DEVTYPE}=="wlan", ENV{NM_UNMANAGED}="1"\n' }, `no ${RULES}:2`],
  ['udev, all but Ethernet', { [RULES]: 'ENV{INTERFACE}!="eth[0-9]*", ENV{NM_UNMANAGED}="1"\n' }, `no ${RULES}:1`],
  ['udev, others', { [RULES]: 'ENV{INTERFACE}=="vboxnet[0-9]*", ENV{NM_UNMANAGED}="1"\n' }, 'yes'],
  ['udev, a match of which nothing is known', { [RULES]: 'ATTR{address}=="00:50:*", ENV{NM_UNMANAGED}="1"\n' }, 'yes'],
  ['udev, a comment', { [RULES]: '# KERNEL=="wlan0", ENV{NM_UNMANAGED}="1"\n' }, 'yes'],
  [
    'a section goes before udev',
    { [RULES]: 'KERNEL=="wlan0", ENV{NM_UNMANAGED}="1"\n', [`${ETC}/x.conf`]: '[device]\nmanaged=1\n' },
    'yes',
  ],
  [
    'a list goes before a section',
    { [`${ETC}/a.conf`]: '[keyfile]\nunmanaged-devices=wlan0\n', [`${ETC}/b.conf`]: '[device]\nmanaged=1\n' },
    `no ${ETC}/a.conf:2`,
  ],
]

for (const [title, files, said] of cases) test(title, () => assert.is(wlan0(files), said))
