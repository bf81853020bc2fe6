import { dirname } from 'node:path'
import { removeAbandoned } from '../emit/temporary.ts'
import type { Bakery, Working } from './bakery.ts'
import { ImageBakery } from './image-bakery.ts'
import { TarBakery, type TarRoute } from './tar-bakery.ts'

/** `x.tar`, `x.tar.xz`, `x.tgz`: an archive of a root file system; everything else is an image of a card. */
export function isTar(name: string): boolean {
  return /\.(?:tar(?:\.(?:xz|zst|gz))?|tgz|txz)$/i.test(name)
}

/**
 * Opens a base that is to become an output of the same sort. What bakes that were killed left beside it is removed.
 *
 * @param route.boot with archives: that of the boot partition, if it is one of its own
 * @throws TargetError when the base is damaged or not what its name says, SpaceError, Interrupted
 */
export function openBakery(route: TarRoute & { readonly boot?: TarRoute }, working: Working): Promise<Bakery> {
  const { base, out, boot } = route
  removeAbandoned(dirname(out))
  return isTar(base) ? TarBakery.open({ base, out }, boot, working) : ImageBakery.open(base, out, working)
}
