import { debianProfiles, type Profiles } from './profiles.ts'
import { debianServices, type Services } from './services.ts'

/** The names a rule may use. */
export interface Names {
  readonly services: Services
  readonly profiles: Profiles
  /** False while no image is at hand: a profile that is not in `profiles` may still be in the image. */
  readonly complete: boolean
}

/** What Debian's packages bring: for looking at a spec without an image. */
export const debianNames: Names = { services: debianServices, profiles: debianProfiles, complete: false }
