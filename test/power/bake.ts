import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Behaviour, Release } from '../../src/device/inspect/inventory.ts'
import { stockImage } from '../system/support/dress.ts'
import { Owner } from '../system/support/owner.ts'
import { pibake } from '../system/support/pibake.ts'
import { run } from '../system/support/run.ts'
import { makeDisk, roomy, small } from './disk.ts'
import type { Half } from './invariants.ts'
import { CANARY } from './network-trial.ts'

const newest: Readonly<Record<Release, Behaviour>> = { bookworm: 'bookworm-2025', trixie: 'trixie-2026' }

/**
 * A card of the release's newest image with the owner's spec, before its first start; for the network half with carried
 * packages, and with a script that holds a secret.
 *
 * @returns its systemd's version
 */
export function bake(release: Release, half: Half, file: string): string {
  const owner = new Owner({ packages: `bundle: ${half === 'network'}` })
  const image = stockImage(newest[release])
  try {
    if (half === 'network') {
      writeFileSync(join(dirname(owner.spec), 'script.sh'), `#!/bin/sh\n# ${CANARY}\nexit 0\n`)
      writeFileSync(owner.spec, `${readFileSync(owner.spec, 'utf8')}firstBoot: { scripts: [script.sh] }\n`)
    }
    const applied = pibake(['apply', owner.spec, '--boot', image.boot, '--root', image.root], { timeout: 600 })
    if (applied.status !== 0) throw new Error(applied.stdout + applied.stderr)
    // An RSA key takes half a minute in an emulator, and goes through the same lines as an ECDSA key.
    const types = half === 'local' ? 'ed25519\necdsa\n' : 'ed25519\n'
    writeFileSync(join(image.root, 'etc/pibake/first-boot/host-keys'), types)
    makeDisk(file, image.boot, image.root, half === 'local' ? small : roomy)
    return run(['chroot', image.root, 'systemctl', '--version']).split('\n')[0] ?? ''
  } finally {
    image.remove()
    owner.remove()
  }
}
