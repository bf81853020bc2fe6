import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Disk } from '../../../src/base/disk/disk.ts'
import { readMounts } from '../../../src/base/disk/mountinfo.ts'
import { packageRoot } from '../../../src/base/host/assets.ts'
import { KIND_NAMES, kindOf, readForeign } from '../../../src/core/foreign/kinds.ts'
import { importedSpec } from '../../../src/core/import/imported-spec.ts'
import { readInventory } from '../../../src/write/fleet/inventory.ts'
import { mergeParts } from '../../../src/write/fleet/merge.ts'
import { HASH, KEYS, TODAY } from '../../support/spec.ts'
import { byteMutations } from '../mutate-bytes.ts'
import type { FuzzedReader } from '../reader.ts'
import { textReader } from '../tree-reader.ts'

const text = (input: Uint8Array) => new TextDecoder().decode(input)
const FOLDER = join(packageRoot, 'test/core/import/files')
const others = readdirSync(FOLDER).map((name) => readFileSync(join(FOLDER, name), 'utf8'))
const options = { file: 'pibake.yaml', today: TODAY, fallback: { name: 'pi', publicKey: KEYS.alice } }

const CSV = 'id,hostname,owner,port\r\nkit-01,kit-01,"Ann ""A"" Bee",22\nkit-02,kit-02,"two\nlines",2222\r'
const LIST =
  '- { id: kit-01, hostname: kit-01, port: 22, camera: true }\n- id: kit-02\n  hostname: "kit-02"\n  note: >-\n    x\n'
const MOUNTS =
  '36 35 98:0 /mnt1 /mnt\\0402 rw,noatime master:1 - ext3 /dev/root rw\n37 36 8:1 / / rw - vfat /dev/sda1 rw\n'

const digest = `sha256:${'0'.repeat(64)}`
const part = {
  schema: 'pibake.fleet/1',
  version: '0.1.0',
  tool: digest,
  base: { name: 'base.img', sha256: '0'.repeat(64) },
  spec: 'kit.yaml',
  inventory: 'kits.csv',
  format: 'img',
  ids: ['kit-01'],
  shard: { index: 1, count: 1 },
  devices: [
    {
      id: 'kit-01',
      hostname: 'kit-01',
      address: 'kit-01.local',
      addresses: ['192.0.2.7/24'],
      port: 22,
      users: ['alice'],
      file: 'devices/kit-01.img',
      bytes: 0,
      sha256: createHash('sha256').digest('hex'),
      planDigest: digest,
      specDigest: digest,
      hostKeys: [{ type: 'ssh-ed25519', bits: 256, fingerprint: 'SHA256:x', publicKey: KEYS.alice }],
    },
  ],
  missing: [],
}

/** What other tools wrote, and what a fleet is made from. */
export const foreignReaders: readonly FuzzedReader[] = [
  textReader({
    name: 'file to import',
    seeds: others,
    words: [
      HASH,
      KEYS.alice,
      'alice',
      '#cloud-config\n',
      '[connection]\n',
      '$(',
      '`',
      '\\\n',
      "'\\''",
      '<<EOF\n',
      '\0',
    ],
    read: (input) => {
      const file = { name: 'file', text: text(input) }
      // One that shows no kind is read as each in turn, as --as has it read.
      const kind = kindOf(file) ?? (KIND_NAMES[input.length % KIND_NAMES.length] as (typeof KIND_NAMES)[number])
      return importedSpec(
        readForeign([{ file, kind }], () => HASH),
        options,
      ).text
    },
  }),
  textReader({
    name: 'inventory in CSV',
    seeds: [CSV, CSV.replaceAll(',', ';'), CSV.replaceAll(',', '\t')],
    words: ['"', '""', ',', ';', '\t', '\r', '\n', '\ufeff', 'id', '__proto__', 'constructor', '\0'],
    read: (input) => readInventory({ file: 'kits.csv', bytes: input, readByAll: true }),
  }),
  textReader({
    name: 'inventory in YAML',
    seeds: [LIST, JSON.stringify([{ id: 'a', port: 1 }, { id: 'b' }])],
    words: ['&a', '*a', '!!binary', '<<:', '|', '---', '? ', '- ', '{', '[', '__proto__:', '.inf', '0o17', '~'],
    read: (input) => readInventory({ file: 'kits.yaml', bytes: input, readByAll: true }),
  }),
  textReader({
    name: 'part of a fleet',
    seeds: [JSON.stringify(part)],
    words: ['null', '-1', '1e400', '"__proto__"', '../..', '\\u0000', '/dev/zero', 'devices/', 'overlay.tar', '[', '{'],
    read: async (input, folder) => {
      mkdirSync(join(folder, 'shards'), { recursive: true })
      mkdirSync(join(folder, 'devices'), { recursive: true })
      writeFileSync(join(folder, 'shards/1-of-1.json'), input)
      writeFileSync(join(folder, 'devices/kit-01.img'), '')
      return await mergeParts(folder, { signal: new AbortController().signal, onProgress: () => undefined })
    },
  }),
  {
    name: 'mountinfo',
    seeds: [Buffer.from(MOUNTS)],
    mutate: byteMutations(() => undefined),
    read: (input) => readMounts({ readFileSync: () => text(input) } as unknown as Disk),
  },
]
