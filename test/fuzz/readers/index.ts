import type { FuzzedReader } from '../reader.ts'
import { accessReaders } from './access.ts'
import { accountReaders } from './accounts.ts'
import { archiveReaders } from './archives.ts'
import { daemonReaders } from './daemons.ts'
import { deltaReader } from './deltas.ts'
import { documentReaders } from './documents.ts'
import { firewallReaders } from './firewall.ts'
import { foreignReaders } from './foreign.ts'
import { imageReaders } from './images.ts'
import { packageReaders } from './packages.ts'
import { storageReaders } from './storage.ts'
import { systemReaders } from './system.ts'

/** Everything of pibake that reads what others wrote. */
export const fuzzedReaders: readonly FuzzedReader[] = [
  ...accessReaders,
  ...accountReaders,
  ...firewallReaders,
  ...systemReaders,
  ...daemonReaders,
  ...packageReaders,
  ...documentReaders,
  ...storageReaders,
  ...archiveReaders,
  ...foreignReaders,
  deltaReader,
  ...imageReaders,
]
