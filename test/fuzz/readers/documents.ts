import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../../src/base/host/assets.ts'
import { lockText, parseLock } from '../../../src/core/carried/lock.ts'
import { debianNames } from '../../../src/device/ufw/names.ts'
import { parseRules } from '../../../src/device/ufw/parse.ts'
import { decodeRedoLog, encodeRedoLog, fits } from '../../../src/storage/image/redo-log.ts'
import type { DirectoryWriter } from '../../../src/storage/tree/directory-writer.ts'
import { readJournal } from '../../../src/write/apply/journal.ts'
import { bmapText, parseBmap } from '../../../src/write/emit/bmap-xml.ts'
import type { SbomPackage } from '../../../src/write/emit/sbom-packages.ts'
import { parseTracker, vulnerabilitiesOf } from '../../../src/write/packages/vulnerabilities.ts'
import { lockedImage } from '../../support/locked-image.ts'
import { memoryTree } from '../../support/memory.ts'
import { fullSpec, parse, smallSpec, TODAY } from '../../support/spec.ts'
import { byteMutations } from '../mutate-bytes.ts'
import { textMutations } from '../mutate-text.ts'
import type { FuzzedReader } from '../reader.ts'
import { textReader } from '../tree-reader.ts'

const text = (input: Uint8Array) => new TextDecoder().decode(input)
const examples = readdirSync(join(packageRoot, 'examples'))
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => readFileSync(join(packageRoot, 'examples', name), 'utf8'))

const lock = lockText([{ ...lockedImage, debs: [{ file: 'a.deb', sha256: '0'.repeat(64) }] }])
const tracker = JSON.stringify({
  ufw: {
    'CVE-2026-0001': {
      releases: {
        trixie: { status: 'resolved', urgency: 'low', fixed_version: '0.36.3' },
        bookworm: { status: 'open' },
      },
    },
  },
})
const UFW: SbomPackage = {
  name: 'ufw',
  version: '0.36.2-9',
  architecture: 'all',
  maintainer: undefined,
  source: { name: 'ufw', version: '0.36.2-9' },
  sha256: undefined,
  from: 'image',
}
const journal = JSON.stringify({
  schema: 1,
  epoch: 0,
  steps: [
    { partition: 'root', path: '/etc/a', action: 'put', replaces: true },
    { partition: 'boot', path: '/b', action: 'meta', replaces: false, from: { mode: 420, owner: { uid: 0, gid: 0 } } },
  ],
  times: [{ partition: 'root', path: '/etc', mtime: 1 }],
})
const JSON_WORDS = [
  'null',
  'true',
  '-1',
  '1e400',
  '[]',
  '{}',
  '"__proto__"',
  '"../../etc/passwd"',
  '"constructor":',
  '[[[[',
  '{"a":',
]

const log = encodeRedoLog({
  imageSize: 4096,
  extents: [
    { offset: 512, bytes: new Uint8Array(700).fill(1), before: [1, 2] },
    { offset: 2048, bytes: new Uint8Array(512).fill(2), before: [3] },
  ],
})

function sealLog(bytes: Uint8Array): void {
  if (bytes.length < 32) return
  bytes.set(createHash('sha256').update(bytes.subarray(0, -32)).digest(), bytes.length - 32)
}

const bmap = bmapText({
  imageSize: 40_960,
  ranges: [
    { first: 0, last: 3, sha256: '0'.repeat(64) },
    { first: 5, last: 5, sha256: undefined },
  ],
})

/** As bmaptool makes it: what the file says with zeros in the place of its own checksum. */
function sealedBmap(input: Uint8Array): string {
  const [, own] = /<BmapFileChecksum>\s*([0-9a-f]{64})/.exec(text(input)) ?? []
  if (own === undefined) return text(input)
  const blank = text(input).replace(own, '0'.repeat(64))
  return blank.replace('0'.repeat(64), createHash('sha256').update(blank).digest('hex'))
}

/** The spec, and what is found beside it, beside an image, or on a device that an earlier run worked on. */
export const documentReaders: readonly FuzzedReader[] = [
  textReader({
    name: 'spec',
    seeds: [...examples, ...[smallSpec(), fullSpec()].map((spec) => JSON.stringify(spec, null, 2))],
    words: [
      '&a',
      '*a',
      '!!binary',
      '<<:',
      '|',
      '>-',
      '---',
      '...',
      '? ',
      '- ',
      '{',
      '[',
      '"',
      '%YAML 1.1',
      '~',
      '0o17',
      '.inf',
      '1_000',
    ],
    read: (input) => parse(text(input), undefined, TODAY).problems,
  }),
  textReader({
    name: 'ufw rules of the spec',
    seeds: [
      'allow in on eth0 from 192.0.2.0/24 port 1:2 to any app OpenSSH',
      "limit log-all 22/tcp comment 'x'",
      'route deny out on eth1 to 2001:db8::/32',
      'delete allow 22',
    ],
    words: [
      'allow',
      'deny',
      'reject',
      'limit',
      'in',
      'out',
      'on',
      'from',
      'to',
      'any',
      'port',
      'proto',
      'app',
      'insert 1',
      'prepend',
      '22/tcp',
      '80,443:500',
    ],
    read: (input) => parseRules(text(input).split('\n'), debianNames),
  }),
  textReader({
    name: 'pibake.lock',
    seeds: [lock],
    words: JSON_WORDS,
    read: (input) => parseLock(text(input)),
  }),
  textReader({
    name: 'security tracker',
    seeds: [tracker],
    words: [...JSON_WORDS, '"fixed_version":"0"', '"0:1~~"'],
    read: (input) => {
      const found = parseTracker(text(input), 'trixie')
      return 'tracker' in found ? vulnerabilitiesOf([UFW], found.tracker, 'trixie') : found
    },
  }),
  textReader({
    name: 'journal of apply',
    seeds: [journal],
    words: [...JSON_WORDS, '"/../x"', '"meta"', '"take"'],
    read: (input) => {
      const tree = memoryTree({})
      const node = { kind: 'file' as const, content: input, mode: 0o600, uid: 0, gid: 0 }
      tree.nodes.set('/.pibake-apply/journal.json', node)
      return readJournal({ tree, stat: () => undefined } as unknown as DirectoryWriter)
    },
  }),
  {
    name: 'redo log',
    seeds: [log],
    mutate: byteMutations(sealLog),
    read: (input) => decodeRedoLog(input, 'image')?.extents.map((extent) => fits(extent, extent.bytes)),
  },
  {
    name: 'bmap',
    seeds: [Buffer.from(bmap)],
    mutate: textMutations([
      '<Range>',
      '</Range>',
      '<!--',
      '-->',
      '<?xml',
      'chksum="',
      '1-2',
      '<bmap version="2.0">',
      '</bmap>',
    ]),
    read: (input) => parseBmap(sealedBmap(input)),
  },
]
