import * as assert from 'uvu/assert'
import { restore } from '../../src/device/netfilter/restore.ts'
import { nftRules } from '../../src/device/nftables/rules.ts'
import { many } from '../support/crowd.ts'
import { suite } from '../support/suite.ts'
import { attemptIn } from './support/chroot.ts'
import { debianRoot, releases } from './support/roots.ts'

const table = (lines: string) => `*filter\n${lines}COMMIT\n`
/** A chain that the kernel calls, and so many below it, each called by the one before. */
const ladder = (rungs: number, more = '') =>
  table(
    `${many(rungs, (i) => `:c${i} -\n`)}-A INPUT -j c0\n${many(rungs - 1, (i) => `-A c${i} -j c${i + 1}\n`)}${more}`,
  )

const files: Readonly<Record<string, string>> = {
  'nothing but COMMIT': table(''),
  'fifteen chains below one that the kernel calls': ladder(15),
  sixteen: ladder(16),
  'sixteen that are gone to, and not jumped to': ladder(16).replaceAll(' -j c', ' -g c'),
  'a circle': ladder(3, '-A c2 -j c0\n'),
  'a circle of one chain, where no packet comes': ladder(3, '-A c1 -s 192.0.2.1 -p tcp -j c1\n'),
  'a circle that nothing calls': table(':a -\n:b -\n-A a -j b\n-A b -j a\n'),
  'twenty thousand addresses': table(
    many(20_000, (i) => `-A INPUT -s 10.${i >> 8}.${i & 255}.7 -j ${i % 2 ? 'DROP' : 'ACCEPT'}\n`),
  ),
  'a chain that is not there': table('-A nowhere -j DROP\n'),
  'a table that is not there': '*nowhere\nCOMMIT\n',
  'no COMMIT': '*filter\n-A INPUT -j ACCEPT\n',
  'a line in no table': '-A INPUT -j ACCEPT\n',
}

const nftLadder = (rungs: number, more = '') =>
  `table inet t {\n${[...Array(rungs).keys()]
    .map((i) => ` chain c${i} {\n${i + 1 < rungs ? `  jump c${i + 1}\n` : more}}\n`)
    .reverse()
    .join('')} chain input {\n  type filter hook input priority 0; policy accept;\n  jump c0\n }\n}\n`

const rulesets: Readonly<Record<string, string>> = {
  'fifteen chains below one that the kernel calls': nftLadder(15),
  sixteen: nftLadder(16),
  'a circle': nftLadder(3, '  jump c0\n'),
}

for (const release of releases) {
  const test = suite(`packet filters, held against the programs of ${release}`)
  const answer = (command: readonly string[], input: string) =>
    attemptIn(debianRoot(release, 'full'), command, { input }).status === 0

  for (const [name, text] of Object.entries(files)) {
    test(`iptables-restore: ${name}`, () => {
      const isTaken = restore(new Map(), text, '/etc/iptables/rules.v4', true).refused === undefined
      assert.is(isTaken, answer(['iptables-restore'], text))
    })
  }

  for (const [name, text] of Object.entries(rulesets)) {
    test(`nft: ${name}`, () => {
      assert.is(nftRules(text, '/etc/nftables.conf').refused === undefined, answer(['nft', '-f', '-'], text))
    })
  }
}
