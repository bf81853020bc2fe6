import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'
import { EPOCH, edited } from './support/image.ts'
import { debugfs, makeExt4, variants } from './support/make.ts'

const test = suite('ext4: edits')

const text = (content: string) => new TextEncoder().encode(content)
const root = (mode: number) => ({ mode, owner: { uid: 0, gid: 0 } })
const tree = {
  'etc/hostname': 'raspberrypi\n',
  'etc/shadow': 'root:*:\n'.repeat(1000),
  'etc/localtime': { link: '/usr/share/zoneinfo/Etc/UTC' },
  'etc/long': { link: `/${'x'.repeat(100)}` },
  'usr/lib/old/deep/file': 'old',
  'usr/lib/old/other': 'x'.repeat(200_000),
  'home/pi/': '',
}

for (const [name, args] of Object.entries(variants)) {
  test(`${name}: files, directories, links, removals`, () =>
    inWorkdir((work) => {
      const file = join(work, 'image')
      makeExt4(file, { args, tree, debugfs: ['set_inode_field /etc/shadow mode 0100640'] })
      const big = text('0123456789'.repeat(30_000))
      const fs = edited(file, (fs) => {
        fs.writeFile('/etc/hostname', text('kit\n'), { mode: 0o600, owner: { uid: 70_000, gid: 70_001 } })
        fs.writeFile('/etc/shadow', text('root:!:\n'), { mode: 0o640, owner: { uid: 0, gid: 42 } })
        fs.makeDirectory('/etc/ssh', root(0o755))
        fs.writeFile('/etc/ssh/big', big, root(0o4755))
        fs.writeFile('/etc/ssh/empty', text(''), root(0o644))
        fs.symlink('/etc/localtime', '/usr/share/zoneinfo/Europe/Vienna')
        fs.symlink('/etc/ssh/far', `/${'y'.repeat(200)}`)
        fs.symlink('/etc/ssh/big', 'empty')
        fs.writeFile('/etc/long', text('no link any more'), root(0o644))
        fs.setMeta('/home/pi', { mode: 0o700, owner: { uid: 1000, gid: 1000 } })
        fs.link('/etc/hostname', '/etc/hostname2')
        fs.remove('/usr/lib/old')
        fs.remove('/nothing/there')
      })
      assert.equal(fs.lstat('/etc/hostname'), { kind: 'file', mode: 0o600, uid: 70_000, gid: 70_001, size: 4 })
      assert.equal(fs.readFile('/etc/hostname2'), text('kit\n'))
      assert.equal(fs.readFile('/etc/shadow'), text('root:!:\n'))
      assert.equal(fs.lstat('/etc/ssh/far'), { kind: 'symlink', uid: 0, gid: 0, target: `/${'y'.repeat(200)}` })
      assert.equal(fs.lstat('/etc/ssh/big'), { kind: 'symlink', uid: 0, gid: 0, target: 'empty' })
      assert.equal(fs.readFile('/etc/long'), text('no link any more'))
      assert.equal([...fs.list('/etc/ssh')].sort(), ['big', 'empty', 'far'])
      assert.equal(fs.list('/usr/lib'), [])
      const stat = debugfs(file, ['stat /etc/hostname'])
      assert.match(stat, /Mode: {2}0600/)
      assert.match(stat, /User: 70000 {3}Group: 70001/)
      assert.match(stat, /Links: 2/)
      for (const time of ['ctime', 'atime', 'mtime', ...(args.includes('128') ? [] : ['crtime'])]) {
        assert.match(stat, new RegExp(` ?${time}: 0x${EPOCH.toString(16)}(:00000000)? `))
      }
      assert.is(debugfs(file, ['cat /etc/hostname']), 'kit\n')
    }))
}
