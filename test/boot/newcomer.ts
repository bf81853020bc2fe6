import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/base/host/assets.ts'
import { installed, refresh, runOnline } from '../listeners/support/install.ts'
import { growDisk, makeDisk, piGen, sizeOf } from '../power/disk.ts'
import { readmeBlocks } from '../support/readme.ts'
import type { Owner } from '../system/support/owner.ts'
import { discard } from '../system/support/roots.ts'
import { run } from '../system/support/run.ts'
import { type Recipe, ROOM, withBase } from './card.ts'
import type { Checks } from './checks.ts'
import type { Device } from './device.ts'
import { isOk, START } from './lives.ts'

/** What Debian 13 has to have so that pibake runs there. */
const NEEDED = ['nodejs', 'ca-certificates']

/**
 * Makes a card as a newcomer does: in a Debian container with nothing but Node.js and pibake's package, by the spec and the commands of
 * the README, word for word. Only the key and the password are the owner's, and the card is a loop device.
 */
export function newcomersCard(recipe: Recipe, file: string): void {
  run([process.execPath, join(packageRoot, 'build/packaging/deb.js')])
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }
  refresh('trixie')
  const host = installed('trixie', NEEDED)
  // Disks are looked for in /sys.
  const enter = (line: string) =>
    runOnline(host, 'trixie', ['sh', '-euc', `mount -t sysfs sysfs /sys; cd /root; ${line}`])
  try {
    copyFileSync(join(packageRoot, 'out', `pibake_${version}_all.deb`), join(host, 'root/pibake.deb'))
    enter('dpkg --install pibake.deb')
    withBase(recipe, (image) => {
      const geometry = piGen(image.root)
      makeDisk(join(host, 'root/base.img'), image.boot, image.root, geometry)
      writeFileSync(file, '')
      truncateSync(file, sizeOf(geometry))
      withLoop(file, (card) => {
        for (const { language, text } of readmeBlocks('## Use it')) {
          if (language === 'yaml') writeFileSync(join(host, 'root/pibake.yaml'), ownersSpec(text, recipe.owner, enter))
          else if (language === 'sh') enter(onLoop(text, card, file))
        }
      })
      growDisk(file, geometry, ROOM)
    })
  } finally {
    discard(host)
  }
}

/** The README's spec with the owner's key, and the hash that `pibake hash-password` makes. */
function ownersSpec(text: string, owner: Owner, enter: (line: string) => string): string {
  const hash = enter(`printf '%s\\n' '${owner.password}' | pibake hash-password`).trim()
  const key = readFileSync(`${owner.key}.pub`, 'utf8').trim()
  return text.replace(/passwordHash: .*/, `passwordHash: "${hash}"`).replace(/- ssh-ed25519 .*/, `- ${key}`)
}

/** Root needs no sudo; a loop device cannot be pulled out, and is named by its file. */
function onLoop(text: string, card: string, file: string): string {
  return text.replace('sudo ', '').replace('/dev/sdX', `${card} --force-device ${file} --yes`)
}

function withLoop(file: string, use: (device: string) => void): void {
  const device = run(['losetup', '--find', '--show', file]).trim()
  try {
    use(device)
  } finally {
    run(['losetup', '--detach', device])
  }
}

/** The device of the README: the owner gets in as it says, and nobody gets in otherwise. */
export async function liveNewcomer(device: Device, checks: Checks): Promise<void> {
  await device.start()
  await checks.check('the newcomer logs in with the key', () =>
    device.until('a login', START, () => device.login('true').status === 0),
  )
  await checks.check('the first start ends as it should', () => isOk(device))
  await checks.check('sudo takes the password', () => assert.is(device.asRoot('id -u').trim(), '0'))
  await checks.check('a password opens nothing over the network', () =>
    assert.is.not(device.login('true', { password: 'correct horse battery staple' }).status, 0),
  )
  await checks.check('ufw and fail2ban are on', () => {
    assert.match(device.asRoot('ufw status'), /^Status: active$/m)
    assert.match(device.asRoot('fail2ban-client status sshd'), /Currently banned/)
  })
}
