import type { Inventory } from '../inspect/inventory.ts'
import { debianProfiles, imageProfiles, type Profiles } from './profiles.ts'
import { debianServices, parseServices, type Services } from './services.ts'

/** The names a rule may use. */
export interface Names {
  readonly services: Services
  readonly profiles: Profiles
  /** False while no image is at hand: a profile that is not in `profiles` may still be in the image. */
  readonly complete: boolean
}

/** What Debian's packages bring: for looking at a spec without an image. */
export const debianNames: Names = { services: debianServices, profiles: debianProfiles, complete: false }

/** What the image's own /etc/services and application profiles say, with those of packages yet to be installed. */
export function imageNames({ root, packages }: Pick<Inventory, 'root' | 'packages'>): Names {
  const text = root.read('/etc/services')
  const services = text === undefined ? debianServices : parseServices(new TextDecoder().decode(text))
  return { services, profiles: imageProfiles(root, services, packages.has('ufw')), complete: true }
}
