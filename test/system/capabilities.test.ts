import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { FileSystemTree } from '../../src/storage/image/tree.ts'
import { TarArchive } from '../../src/storage/tar/archive.ts'
import { tarTarget } from '../../src/storage/tar/tree.ts'
import { DirectoryTree } from '../../src/storage/tree/directory.ts'
import type { Tree } from '../../src/storage/tree/tree.ts'
import { edited } from '../storage/ext4/support/image.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'
import { run } from './support/run.ts'

const test = suite('capabilities of files, as the kernel keeps them')

const SET: Readonly<Record<string, string>> = {
  ping: 'cap_net_raw=ep',
  perl: 'cap_dac_override,cap_setuid=ep',
  new: 'cap_bpf=p',
  inherited: 'cap_setuid=i',
  'with a space': 'cap_chown=ep',
}
const EXPECTED: Readonly<Record<string, readonly string[] | undefined>> = {
  ping: ['net_raw'],
  perl: ['dac_override', 'setuid'],
  new: ['bpf'],
  inherited: [],
  'with a space': ['chown'],
  plain: undefined,
}

/** What each tree says of the files that setcap(8) has given something. */
function seen(tree: Tree): Record<string, readonly string[] | undefined> {
  return Object.fromEntries(
    Object.keys(EXPECTED).map((name) => {
      const entry = tree.lstat(`/bin/${name}`)
      if (entry?.kind !== 'file') throw new Error(`${tree.label} has no ${name}`)
      return [name, entry.capabilities]
    }),
  )
}

test('in a directory, in an image and in an archive alike', () =>
  inWorkdir((work) => {
    const place = join(work, 'root')
    mkdirSync(join(place, 'bin'), { recursive: true })
    for (const name of Object.keys(EXPECTED)) {
      const file = join(place, 'bin', name)
      writeFileSync(file, name)
      chmodSync(file, 0o755)
      if (SET[name] !== undefined) run(['setcap', SET[name], file])
    }
    const image = join(work, 'root.img')
    run(['mke2fs', '-q', '-t', 'ext4', '-d', place, image, '16M'])
    run(['tar', '-C', place, '--xattrs', '--xattrs-include=*', '--format=posix', '-cf', join(work, 'root.tar'), '.'])
    const directory = new DirectoryTree(place)
    assert.equal(seen(directory), EXPECTED)
    directory.close()
    edited(image, (files) => assert.equal(seen(new FileSystemTree(files, 'image')), EXPECTED))
    assert.equal(seen(tarTarget(new TarArchive(join(work, 'root.tar'))).root), EXPECTED)
  }))
