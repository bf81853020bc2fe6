import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { filesOfDeb } from '../../../src/write/packages/deb-files.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'

const test = suite('the files of a .deb')

for (const packing of ['none', 'gzip', 'xz', 'zstd']) {
  test(`packed with ${packing}`, () =>
    inWorkdir((work) => {
      const content = join(work, 'content')
      for (const folder of ['DEBIAN', 'etc/kit']) mkdirSync(join(content, folder), { recursive: true })
      writeFileSync(
        join(content, 'DEBIAN/control'),
        'Package: kit\nVersion: 1\nArchitecture: all\nMaintainer: kit <kit@localhost>\nDescription: kit\n',
      )
      writeFileSync(join(content, 'etc/kit/conf'), 'on\n', { mode: 0o640 })
      symlinkSync('conf', join(content, 'etc/kit/link'))
      const deb = join(work, 'kit.deb')
      execFileSync('dpkg-deb', ['--root-owner-group', `-Z${packing}`, '--build', content, deb], { stdio: 'ignore' })
      const files = filesOfDeb(readFileSync(deb), 'kit.deb')
      assert.is.not(typeof files, 'string', String(files))
      if (typeof files === 'string') return
      assert.equal(files.list('/etc/kit'), ['conf', 'link'])
      assert.equal(files.lstat('/etc/kit/conf'), { kind: 'file', mode: 0o640, uid: 0, gid: 0, size: 3 })
      assert.is(new TextDecoder().decode(files.read('/etc/kit/link')), 'on\n')
      assert.is(files.list('/').includes('DEBIAN'), false)
    }))
}

test('what is no .deb is said, in the words of dpkg-deb', () => {
  assert.match(
    String(filesOfDeb(new TextEncoder().encode('nothing'), 'kit.deb')),
    /not a Debian format archive|unexpected end of file/,
  )
})
