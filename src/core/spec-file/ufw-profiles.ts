import { PROFILES_FOLDER, type ProfileFiles } from '../../device/ufw/profiles.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import type { Spec } from './spec.ts'

/**
 * The files of ufw's application profiles that a spec lays onto an image: those of `files`, and those of `packages.debs`
 * that the image has not, for the first start installs with `--force-confold`. A package that cannot be looked at brings
 * none.
 */
export function profilesBrought({ files, packages }: Spec, image?: Tree): ProfileFiles {
  const found = new Map<string, Uint8Array>()
  for (const { files: unpacked } of packages.debs) {
    const tree = unpacked()
    for (const name of typeof tree === 'string' ? [] : tree.list(PROFILES_FOLDER)) {
      const content = typeof tree === 'string' ? undefined : tree.read(`${PROFILES_FOLDER}/${name}`)
      const stays = image?.lstat(`${PROFILES_FOLDER}/${name}`) !== undefined
      if (content !== undefined && !stays) found.set(name, content)
    }
  }
  for (const { path, content } of files) {
    const [folder, name] = [path.slice(0, path.lastIndexOf('/')), path.slice(path.lastIndexOf('/') + 1)]
    if (folder === PROFILES_FOLDER) found.set(name, content)
  }
  return found
}
