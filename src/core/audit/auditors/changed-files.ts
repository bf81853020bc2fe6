import { equals } from '../../../base/host/bytes.ts'
import { changedFiles } from '../../../device/inspect/package-digests.ts'
import { noRenaming, USERCONF } from '../../controls/no-renaming.ts'
import type { Auditor } from '../finding.ts'

/** Files of packages that somebody has changed: dear, for all of them are read. */
export const changedFilesOf: Auditor = ({ device: { root } }) =>
  changedFiles(root)
    .filter(({ path }) => path !== USERCONF || !equals(root.read(path) ?? new Uint8Array(), noRenaming()))
    .map(({ path, packageName }) => ({
      rule: 'changed-file' as const,
      subject: path,
      at: { file: path, line: undefined },
      because: `it is not as ${packageName} brought it`,
      cure: { cannot: `find out why, or bring it back in the image: apt-get install --reinstall ${packageName}` },
    }))
