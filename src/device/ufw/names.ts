import { MemoryTree } from '../../storage/tree/memory.ts'
import type { Inventory } from '../inspect/inventory.ts'
import { debianProfiles, imageProfiles, type ProfileFiles, type Profiles } from './profiles.ts'
import { debianServices, type Services, servicesOf } from './services.ts'

/** The names a rule may use. */
export interface Names {
  readonly services: Services
  readonly profiles: Profiles
  /** False while no image is at hand: a profile that is not in `profiles` may still be in the image. */
  readonly complete: boolean
}

/**
 * What Debian's packages bring: for looking at a spec without an image.
 *
 * @internal exported for the tests
 */
export const debianNames: Names = { services: debianServices, profiles: debianProfiles, complete: false }

/** The same with what the spec itself brings. */
export function debianNamesWith(brought: ProfileFiles): Names {
  const profiles = imageProfiles(new MemoryTree('the spec'), debianServices, false, brought)
  return { ...debianNames, profiles }
}

/** What the image's own /etc/services and application profiles say, with those of packages yet to be installed. */
export function imageNames({ root, packages }: Pick<Inventory, 'root' | 'packages'>, brought: ProfileFiles): Names {
  const services = servicesOf(root)
  return { services, profiles: imageProfiles(root, services, packages.has('ufw'), brought), complete: true }
}
