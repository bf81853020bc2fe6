import { parseAptConf } from '../../../src/device/apt/conf.ts'
import { missedUpgrades } from '../../../src/device/apt/security-lists.ts'
import { imageSources, securityPart } from '../../../src/device/apt/sources.ts'
import { compareDebVersions } from '../../../src/device/formats/deb-version.ts'
import { paragraphs } from '../../../src/device/formats/deb822.ts'
import { neededBy } from '../../../src/device/formats/dependencies.ts'
import { dearmored } from '../../../src/device/formats/pgp-armor.ts'
import { readIssue } from '../../../src/device/inspect/behaviour.ts'
import { hasDigests, packageFileState, packagesOf } from '../../../src/device/inspect/package-digests.ts'
import { readPackages } from '../../../src/device/inspect/packages.ts'
import { systemOf } from '../../../src/device/inspect/release.ts'
import type { FuzzedReader } from '../reader.ts'
import { textReader, treeReader } from '../tree-reader.ts'

const STATUS = `Package: ufw
Status: install ok installed
Architecture: all
Version: 0.36.2-9
Depends: iptables (>= 1.4.16) | nftables, lsb-base:any
Provides: firewall (= 1)
Conffiles:
 /etc/ufw/ufw.conf 0123456789abcdef0123456789abcdef obsolete
Description: a
 .
 b

`
const SECURITY_LIST = '/var/lib/apt/lists/x_debian-security_dists_trixie-security_main_binary-arm64_Packages'
const digest = (path: string) => `0123456789abcdef0123456789abcdef  ${path}\n`

/** Packages, and where they come from. */
export const packageReaders: readonly FuzzedReader[] = [
  treeReader({
    name: 'dpkg status',
    place: '/var/lib/dpkg/status',
    more: [STATUS, STATUS.repeat(5).replaceAll('ufw', 'a|b')],
    read: ({ root }, text) => {
      const packages = readPackages(root)
      const states = packageFileState(root, '/etc/ufw/ufw.conf', ['ufw'])
      return [
        paragraphs(text),
        states,
        neededBy(packages, packages.keys()),
        systemOf(root, packages, { allowOthers: false }),
      ]
    },
  }),
  treeReader({
    name: 'list of security upgrades',
    place: SECURITY_LIST,
    more: ['Package: sudo\nVersion: 1.9.99\n\nPackage: ufw\nArchitecture: all\nVersion: 9:1~~-+b1\n'],
    read: ({ root }) =>
      missedUpgrades(
        root,
        new Map([
          ['dpkg', '1.22'],
          ['sudo', '1.9.13p3-1+deb12u1'],
          ['ufw', '0.36.2-1'],
        ]),
      ),
  }),
  treeReader({
    name: 'md5sums',
    place: '/var/lib/dpkg/info/sudo.md5sums',
    more: [digest('usr/bin/sudo') + digest('etc/x y') + digest('bin/su')],
    read: ({ root }) => [
      hasDigests(root, 'sudo'),
      packagesOf(root, '/usr/bin/su'),
      packageFileState(root, '/usr/bin/sudo', ['sudo']),
    ],
  }),
  treeReader({
    name: 'diversions',
    place: '/var/lib/dpkg/diversions',
    more: ['/usr/bin/sudo\n/usr/bin/sudo.real\n:\n/a\n/b\nufw\n'],
    read: ({ root }) => packageFileState(root, '/usr/bin/sudo', ['sudo']),
  }),
  treeReader({
    name: 'apt deb822 sources',
    place: '/etc/apt/sources.list.d/a.sources',
    paths: /\.sources$/,
    more: [
      'Types: deb deb-src\nURIs: http://archive.example/debian/\nSuites: trixie trixie-security\nComponents: main\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mDME\n -----END PGP PUBLIC KEY BLOCK-----\nEnabled: yes\n',
    ],
    read: ({ root }, text) => [paragraphs(text), imageSources(root).map(securityPart)],
  }),
  treeReader({
    name: 'apt sources.list',
    place: '/etc/apt/sources.list',
    more: [
      'deb [arch=arm64,armhf signed-by=/usr/share/keyrings/a.gpg trusted=no] http://archive.example/debian bookworm main contrib # x\n',
    ],
    read: ({ root }) => imageSources(root).map(securityPart),
  }),
  treeReader({
    name: 'apt.conf',
    place: '/etc/apt/apt.conf',
    paths: /apt\.conf/,
    more: ['APT::Get { A "b"; C:: { "d"; }; };\n// x\n/* y */\n#clear APT;\n#include "/etc/x";\n'],
    read: (_, text) => parseAptConf(text),
  }),
  treeReader({
    name: 'rpi-issue',
    place: '/etc/rpi-issue',
    more: [
      'Raspberry Pi reference 2026-01-01\nGenerated using pi-gen, https://github.com/RPi-Distro/pi-gen, abc, stage2\n',
    ],
    read: ({ root }) => readIssue(root),
  }),
  treeReader({
    name: 'os-release',
    place: '/usr/lib/os-release',
    paths: /os-release/,
    more: ['PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nVERSION_CODENAME=trixie\nID=debian\n'],
    read: ({ root }) => systemOf(root, readPackages(root), { allowOthers: true }),
  }),
  textReader({
    name: 'package version',
    seeds: ['1:2.3.4~rc1-5+deb13u2', '0', '1.0-1~', '20250101.1+b1'],
    words: ['~', '+', ':', '-'],
    read: (input) => {
      const text = new TextDecoder().decode(input)
      return [compareDebVersions(text, '1:2.3-4'), compareDebVersions(text, text.slice(1))]
    },
  }),
  textReader({
    name: 'armoured key',
    seeds: [
      '-----BEGIN PGP PUBLIC KEY BLOCK-----\nComment: x\n\nmDMEZ0aaaa\nbbbb==\n=AbCd\n-----END PGP PUBLIC KEY BLOCK-----\n',
    ],
    words: ['-----BEGIN PGP PUBLIC KEY BLOCK-----\n', '-----END PGP PUBLIC KEY BLOCK-----\n', '\n\n'],
    read: dearmored,
  }),
]
