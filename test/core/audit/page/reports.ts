import { audit } from '../../../../src/core/audit/audit.ts'
import type { Report } from '../../../../src/core/audit/page/page.ts'
import { NO_ROLE, type Role } from '../../../../src/core/audit/role.ts'
import { inspect } from '../../../../src/device/inspect/inspect.ts'
import { samplePiOs } from '../../../../src/sample/sample.ts'
import type { MemoryTree } from '../../../../src/storage/tree/memory.ts'
import { KEYS, TODAY } from '../../../support/spec.ts'
import { type Planted, plant } from '../../access/readers/device.ts'

const WANTS = '/etc/systemd/system/multi-user.target.wants'
const PASSWORD_OF_EVE =
  '$6$pibake$DV/4B6VHmu0DKPASlET/Mnyg4EtJWp80t7HFpvfUJ8H2X3ovY9uJEyXeFsdkKegUG3cqBY8kZ.JBOVF0UboiS/'

const image = () => samplePiOs({ behaviour: 'bookworm-2025', variant: 'lite', architecture: 'arm64' })
const stock = image()
const text = (path: string) => new TextDecoder().decode(stock.root.read(path))

/** An account, ways to it, what listens, and what was forgotten in the image. */
export const USED: Planted = {
  '/etc/passwd': `${text('/etc/passwd')}eve:x:1005:1005::/home/eve:/bin/bash\n`,
  '/etc/group': `${text('/etc/group')}eve:x:1005:\n`,
  '/etc/shadow': { text: `${text('/etc/shadow')}eve:${PASSWORD_OF_EVE}:19000:0:99999:7:::\n`, mode: 0o640, gid: 42 },
  '/home/eve/.ssh/authorized_keys': { text: `${KEYS.bob}\n`, uid: 1005, gid: 1005 },
  [`${WANTS}/ssh.service`]: { link: '/usr/lib/systemd/system/ssh.service' },
  '/usr/lib/systemd/system/nginx.service': '[Service]\nExecStart=/usr/bin/true\n',
  [`${WANTS}/nginx.service`]: { link: '/usr/lib/systemd/system/nginx.service' },
  '/usr/local/bin/sh': { text: '\u007fELF', mode: 0o4755 },
  '/root/.ssh/id_ed25519': 'x',
  '/root/.git-credentials': 'x',
  '/etc/machine-id': `${'a'.repeat(32)}\n`,
  'boot:/userconf.txt': `pi:${PASSWORD_OF_EVE}\n`,
}

/** One image of a report. */
export type Audited = Report['images'][number]

/** The audit of a stock image with something planted in it; `boot:/…` is on the boot partition. */
export function audited(planted: Planted, role: Role = NO_ROLE): Audited {
  const target = image()
  const on = (isBoot: boolean) => Object.entries(planted).filter(([path]) => path.startsWith('boot:') === isBoot)
  plant(target.root, Object.fromEntries(on(false)))
  const onBoot = on(true).map(([path, sketch]) => [path.slice('boot:'.length), sketch])
  plant(target.boot as MemoryTree, Object.fromEntries(onBoot))
  return {
    name: 'kit.img',
    title: 'Raspberry Pi OS Lite (bookworm, arm64)',
    hostname: 'raspberrypi',
    hasBoot: true,
    audit: audit(inspect(target, { allowBooted: true }), { role, today: TODAY }),
  }
}

/** What a page is made of. */
export function reportOf(images: Report['images'], role: Role = NO_ROLE): Report {
  return { images, role, today: TODAY, version: '1.2.3' }
}
