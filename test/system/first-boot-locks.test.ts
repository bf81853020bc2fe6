import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { assetNames, assetText } from '../../src/base/host/assets.ts'
import { suite } from '../support/suite.ts'
import { runIn } from './support/chroot.ts'
import { debianRoot, debs, discard, releases, scratch } from './support/roots.ts'

const test = suite("first boot: apt's and dpkg's locks")

/** Holds a lock as apt and dpkg do (fcntl) for so many seconds; says when it has it. */
const HOLD = `import fcntl, sys, time
lock = open(sys.argv[1], "a")
fcntl.lockf(lock, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(float(sys.argv[2]))
`
/** The program's own functions, without its steps; ten seconds of waiting take a fifth. */
const PROGRAM = `set -eu
PIBAKE_PREFIX= LIB=/usr/lib/pibake
for part in paths faults files clock; do . $LIB/lib/$part.sh; done
. $LIB/lib/apt.sh
mkdir -p $RUN
sleep() { command sleep 0.2; }
`

/** A lock, and what has to wait for it. */
const locks: readonly (readonly [lock: string, command: string])[] = [
  ['/var/lib/apt/lists/lock', 'apt_get 60 update'],
  ['/var/cache/apt/archives/lock', 'apt_get 60 install ufw'],
  ['/var/lib/dpkg/lock-frontend', 'apt_get 60 purge ufw'],
  ['/var/lib/dpkg/lock', 'finish_dpkg'],
]

/** In the background, and there for sure when the next line runs. */
const held = (lock: string, seconds: number) => `rm -f /run/held
python3 /hold.py ${lock} ${seconds} >/run/held &
until [ -s /run/held ]; do command sleep 0.1; done
`

for (const release of releases) {
  test(`${release}: waits while another program holds a lock, and names it when it is held on and on`, () => {
    const root = scratch(debianRoot(release, 'lite'))
    try {
      for (const folder of ['lib', 'steps']) {
        mkdirSync(join(root, 'usr/lib/pibake', folder), { recursive: true })
        for (const name of assetNames(`firstboot/${folder}`))
          writeFileSync(join(root, 'usr/lib/pibake', folder, name), assetText(`firstboot/${folder}/${name}`))
      }
      writeFileSync(join(root, 'usr/lib/pibake/apt.conf'), assetText('firstboot/apt.conf'))
      writeFileSync(join(root, 'hold.py'), HOLD)
      rmSync(join(root, 'etc/apt/sources.list.d'), { recursive: true, force: true })
      writeFileSync(join(root, 'etc/apt/sources.list'), 'deb [trusted=yes] file:/mnt ./\n')
      const call = (script: string) =>
        runIn(root, ['sh', '-c', PROGRAM + script], { guest: debs(release), timeout: 300 })
      for (const [lock, command] of locks)
        assert.match(call(`${held(lock, 2)}if ${command}; then echo done; fi`), /(?:^|\n)done\n$/, lock)
      const never = `${held('/var/lib/apt/lists/lock', 600)}apt_get 60 update || apt_fault other`
      assert.match(call(never), /\napt-locked\n$/)
    } finally {
      discard(root)
    }
  })
}
