import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/base/host/assets.ts'
import { suite } from '../support/suite.ts'
import { runIn } from './support/chroot.ts'
import { debianRoot, discard, releases, scratch } from './support/roots.ts'

/** The words of cmdline.txt, as the shell, awk and sync of a release change them. No start with an overlay is made here. */
const test = suite('overlay root: cmdline.txt by the programs of a release')

const STOCK = 'console=serial0,115200 console=tty1 root=PARTUUID=0fac1a1e-02 rootfstype=ext4 fsck.repair=yes rootwait'

for (const release of releases) {
  test(`${release}: the word comes, gives way to the other, and goes`, () => {
    const root = scratch(debianRoot(release, 'lite'))
    try {
      const device = join(root, 'device')
      for (const folder of ['proc', 'boot/firmware', 'run/pibake']) mkdirSync(join(device, folder), { recursive: true })
      cpSync(join(packageRoot, 'firstboot'), join(device, 'usr/lib/pibake'), { recursive: true })
      writeFileSync(join(device, 'proc/mounts'), '/dev/mmcblk0p1 /boot/firmware vfat rw 0 0\n')
      const cmdline = join(device, 'boot/firmware/cmdline.txt')
      writeFileSync(cmdline, `${STOCK}\n`)
      const parts = ['paths', 'faults', 'files', 'state', 'steps', 'report', 'overlay']
      const load = `set -eu; PIBAKE_PREFIX=/device; LIB=/device/usr/lib/pibake; for p in ${parts.join(' ')}; do . "$LIB/lib/$p.sh"; done`
      const run = (command: string) => runIn(root, ['sh', '-c', `${load}; ${command}`])
      run('set_kernel_word "$OVERLAY"')
      assert.is(readFileSync(cmdline, 'utf8'), `${STOCK} overlayroot=tmpfs:recurse=0\n`)
      run('kernel_word overlayroot= && ! kernel_word pibake.unlocked && set_kernel_word "$UNLOCKED"')
      assert.is(readFileSync(cmdline, 'utf8'), `${STOCK} pibake.unlocked\n`)
      run('kernel_word pibake.unlocked && set_kernel_word')
      assert.is(readFileSync(cmdline, 'utf8'), `${STOCK}\n`)
      writeFileSync(cmdline, 'console=tty1\n')
      assert.throws(() => run('set_kernel_word "$OVERLAY"'))
      assert.is(readFileSync(cmdline, 'utf8'), 'console=tty1\n')
    } finally {
      discard(root)
    }
  })
}
