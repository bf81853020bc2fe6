import type { Contender, Missing } from './measure.ts'
import { balenaCommand } from './peers/balena.ts'
import { clearReadBack, debugfsScript, readBackScript } from './peers/debugfs.ts'
import { guestfishCommand } from './peers/guestfish.ts'
import { loopMountScript } from './peers/loop-mount.ts'
import type { Place } from './place.ts'
import { stage } from './work.ts'

/** Everybody makes the same changes in a fresh copy of the base. */
export async function inPlace(place: Place): Promise<readonly (Contender | Missing)[]> {
  const { spec, images } = place
  const image = place.at('peer.img')
  const work = await stage(spec, images.img, place.folder)
  const edit = debugfsScript(work, image)
  const readBack = readBackScript(work, image)
  const before = () => {
    place.fresh('peer.img')
    clearReadBack(work)
  }
  const peer = { before, check: () => place.verified('peer.img') }
  const guestfish = guestfishCommand(work, image)
  return [
    {
      name: 'pibake apply --image',
      command: place.pibake('apply', spec, '--image', place.at('own.img')),
      before: () => place.fresh('own.img'),
      check: () => place.verified('own.img'),
    },
    { name: 'debugfs + mtools', command: ['sh', edit], ...peer },
    {
      name: 'debugfs + mtools, synced and read back',
      command: ['sh', '-euc', 'sh "$1"; sync "$2"; sh "$3"', 'sh', edit, image, readBack],
      ...peer,
    },
    { name: 'loop mount', command: ['unshare', '--mount', 'sh', loopMountScript(work, image)], ...peer },
    { name: 'balena-image-fs', command: balenaCommand(work, image), ...peer },
    guestfish === undefined
      ? { name: 'guestfish', missing: 'not installed, or does not start' }
      : { name: 'guestfish', command: guestfish, ...peer },
    // What pibake's time is made of: each does what the one before it does, and more.
    { name: 'node -e 0', command: [process.execPath, '-e', '0'] },
    { name: 'pibake check', command: place.pibake('check', spec) },
    { name: 'pibake verify', command: place.pibake('verify', spec, '--image', place.at('own.img')) },
  ]
}
