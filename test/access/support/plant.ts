import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { HASH } from '../../support/spec.ts'
import { runIn } from '../../system/support/chroot.ts'
import type { Image } from '../../system/support/dress.ts'
import { run } from '../../system/support/run.ts'
import type { Step } from './planted.ts'
import type { Keys } from './site.ts'

/** Carries out the steps of a state on an image that is the caller's own. */
export function plant(image: Image, steps: readonly Step[], keys: Keys): void {
  for (const step of steps) carryOut(image, step, keys)
}

function carryOut(image: Image, step: Step, keys: Keys): void {
  const fill = (text: string) =>
    text.replace(/\{(alice|bob|mallory|hash)\}/g, (_, name) => ({ ...keys, hash: HASH })[name as 'hash'])
  switch (step.do) {
    case 'cmdline': {
      const file = join(image.boot, 'cmdline.txt')
      writeFileSync(file, `${readFileSync(file, 'utf8').trimEnd()} ${step.token}\n`)
      return
    }
    case 'package': {
      const deb = build(step.name, (folder) => {
        for (const file of step.files) put(folder, file, fill)
      })
      copyFileSync(deb, join(image.root, 'tmp/planted.deb'))
      runIn(image.root, ['dpkg', '--force-overwrite', '--force-confnew', '--install', '/tmp/planted.deb'])
      rmSync(join(image.root, 'tmp/planted.deb'))
      rmSync(dirname(deb), { recursive: true })
      return
    }
    default:
      put(image.root, step, fill)
  }
}

/** The step at a folder that holds a root: a link on the way that begins with `/` leads to inside. */
function put(root: string, step: Exclude<Step, { do: 'cmdline' | 'package' }>, fill: (text: string) => string): void {
  const place = inside(root, step.path)
  mkdirSync(dirname(place), { recursive: true })
  switch (step.do) {
    case 'write':
      rmSync(place, { force: true })
      writeFileSync(place, fill(step.text))
      chmodSync(place, step.mode ?? 0o644)
      chownSync(place, step.owner ?? 0, step.owner ?? 0)
      return
    case 'append':
      appendFileSync(place, fill(step.text))
      return
    case 'edit': {
      const text = readFileSync(place, 'utf8')
      const changed = text.replace(step.find, fill(step.put))
      if (changed === text) throw new Error(`${step.path} has nothing of ${step.find}`)
      writeFileSync(place, changed)
      return
    }
    case 'link':
      rmSync(place, { recursive: true, force: true })
      symlinkSync(step.target, place)
      return
    case 'remove':
      rmSync(place, { recursive: true })
      return
    case 'mode':
      chownSync(place, step.owner ?? lstatSync(place).uid, step.owner ?? lstatSync(place).gid)
      chmodSync(place, step.mode)
      return
    case 'copy':
      copyFileSync(inside(root, step.from), place)
      chmodSync(place, step.mode)
      return
    case 'capability':
      run(['setcap', step.capabilities, place])
  }
}

/** Where a path of the image is on this machine; `/lib`, `/bin`, `/sbin` are links into `/usr` there. */
function inside(root: string, path: string): string {
  return join(root, path.replace(/^\/(lib|bin|sbin)\//, '/usr/$1/'))
}

function build(name: string, fillIn: (folder: string) => void): string {
  const place = mkdtempSync(join(tmpdir(), 'pibake-planted-'))
  const content = join(place, 'content')
  mkdirSync(join(content, 'DEBIAN'), { recursive: true })
  chmodSync(content, 0o755)
  const control = {
    Package: name,
    Version: '1',
    Architecture: 'all',
    Maintainer: 'site <site@localhost>',
    Description: 'site',
  }
  const lines = Object.entries(control).map(([key, value]) => `${key}: ${value}\n`)
  writeFileSync(join(content, 'DEBIAN/control'), lines.join(''))
  fillIn(content)
  const sums = `cd "$1" && find . -type f ! -path './DEBIAN/*' -printf '%P\\0' | xargs -0r md5sum >DEBIAN/md5sums`
  run(['sh', '-euc', sums, 'sh', content])
  run(['dpkg-deb', '--root-owner-group', '-Znone', '--build', content, join(place, `${name}.deb`)])
  return join(place, `${name}.deb`)
}
