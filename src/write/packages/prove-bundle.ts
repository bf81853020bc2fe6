import type { Bundle } from '../../core/carried/bundle.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { PackageError } from './errors.ts'
import { PrivateRoot } from './private-root.ts'
import { aptErrors, runApt } from './run-apt.ts'

/**
 * Shows that the device needs nothing else: with the carried packages as its only source, apt finds a way to install
 * what is asked for. Its index alone is looked at.
 *
 * @throws PackageError when it does not
 */
export async function proveBundle(root: Tree, { lock, index }: Bundle, env: NodeJS.ProcessEnv): Promise<void> {
  const asked = lock.packages.filter(({ because }) => because === 'asked').map(({ name }) => name)
  if (asked.length === 0) return
  const place = new PrivateRoot(root, { sources: [], mirrors: [], snapshot: undefined })
  try {
    place.write('/carried/Packages', index)
    place.write('/etc/apt/sources.list.d/carried.list', `deb [trusted=yes] file:${place.place}/carried ./\n`)
    const updated = await runApt(place, env, ['apt-get', '-q', 'update'])
    const done = updated.ok
      ? await runApt(place, env, ['apt-get', '-q', '-s', '--no-remove', 'install', ...asked])
      : updated
    if (!done.ok) throw new PackageError(`the carried packages are not enough for the device: ${aptErrors(done)}`)
  } finally {
    place.remove()
  }
}
