import type { FinishedDevice } from '../../src/core/access/finished-device.ts'
import { readAccounts } from '../../src/device/formats/accounts.ts'
import type { Release } from '../../src/device/inspect/inventory.ts'
import { readPackages } from '../../src/device/inspect/packages.ts'
import { samplePiOs } from '../../src/sample/sample.ts'
import { MemoryTree } from '../../src/storage/tree/memory.ts'
import { append } from '../support/error-page.ts'
import { HASH, KEYS, TODAY } from '../support/spec.ts'
import { textMutations } from './mutate-text.ts'
import type { FuzzedReader } from './reader.ts'
import { seedsAt } from './seeds.ts'

interface TreeReader {
  readonly name: string
  /** Where an input lies in the image, `boot:/…` on the boot partition. */
  readonly place: string
  /** Files that are seeds; without it, those of the place. */
  readonly paths?: RegExp
  /** Further seeds. */
  readonly more?: readonly string[]
  /** Words of the format, beside those of its seeds. */
  readonly words?: readonly string[]
  readonly read: (device: PlantedDevice, text: string) => unknown
}

type PlantedDevice = FinishedDevice & { readonly root: MemoryTree }

/** A reader of a text file of an image, held against a small image in which the input is that file. */
export function treeReader({ name, place, paths, more, words = [], read }: TreeReader): FuzzedReader {
  const seeds = seedsAt(paths ?? new RegExp(`^${place.replaceAll('.', '\\.')}$`), more)
  return {
    name,
    seeds,
    mutate: textMutations([...words, ...wordsOf(seeds)]),
    read: (input) => read(deviceWith(place, input), new TextDecoder().decode(input)),
  }
}

/** A reader of a text alone. */
export function textReader({ name, seeds, words = [], read }: TextReader): FuzzedReader {
  const all = seeds.map((seed) => Buffer.from(seed))
  return { name, seeds: all, mutate: textMutations([...words, ...wordsOf(all)]), read }
}

interface TextReader extends Pick<FuzzedReader, 'name' | 'read'> {
  readonly seeds: readonly string[]
  readonly words?: readonly string[]
}

/** Each word that a format's seeds have. */
function wordsOf(seeds: readonly Uint8Array[]): string[] {
  const words = seeds.flatMap(
    (seed) =>
      Buffer.from(seed)
        .toString('latin1')
        .match(/[^\s=,:;"'()[\]{}]+/g) ?? [],
  )
  return [...new Set(words)].filter((word) => word.length < 40).slice(0, 5000)
}

const images = (['trixie-2026', 'bookworm-2025'] as const).map((behaviour) => {
  const { root, boot } = samplePiOs({ behaviour, variant: 'lite', architecture: 'arm64' })
  append(root, '/etc/passwd', 'alice:x:1001:1001::/home/alice:/bin/bash\nbob:x:1002:1002::/home/bob:/bin/sh\n')
  append(root, '/etc/shadow', `alice:${HASH}:19000:0:99999:7:::\nbob:!:19000:0:99999:7:::\n`)
  append(root, '/etc/group', 'alice:x:1001:\nbob:x:1002:\nfriends:x:1003:alice,bob\n')
  append(root, '/home/alice/.ssh/authorized_keys', `${KEYS.alice}\n`)
  append(root, '/etc/sudoers.d/alice', 'alice ALL=(ALL:ALL) ALL\n')
  // What would only be read once more for each input.
  const idle = /^\/usr\/lib\/systemd\/system\/(?!ssh|default\.target|multi-user\.target|basic\.target|sysinit\.target)/
  for (const path of root.nodes.keys()) if (idle.test(path)) root.nodes.delete(path)
  const packages = new Map([...readPackages(root)].map(([name, { version }]) => [name, version]))
  return { root, boot, packages, release: behaviour.replace(/-.*/, '') as Release }
})

/** An image with the input in the place of a file; the release goes by the input. Each has a tree of its own. */
function deviceWith(place: string, input: Uint8Array): PlantedDevice {
  const image = images[input.length % 2] as (typeof images)[number]
  const root = new MemoryTree('root', image.root.nodes)
  const boot = new MemoryTree('boot', image.boot.nodes)
  const tree = place.startsWith('boot:') ? boot : root
  const path = place.replace(/^boot:/, '')
  append(tree, path, '')
  tree.nodes.set(path, { kind: 'file', content: input, mode: /sudoers/.test(path) ? 0o440 : 0o644, uid: 0, gid: 0 })
  return {
    root,
    boot,
    release: image.release,
    today: TODAY,
    accounts: readAccounts(root),
    packages: image.packages,
    requests: [],
    unread: [],
    owners: new Map([['alice', { sudo: 'password' }]]),
    ssh: { enabled: true, port: 22 },
    authorities: new Set(),
    keepsAutologin: false,
  }
}
