import { permits } from '../../../device/formats/permissions.ts'
import { entryAt } from '../../../device/sshd/files.ts'
import type { Finding, Reader } from '../finding.ts'

/** What every program of an account passes, and reads to find its name and its libraries. */
export const passages: Reader = ({ root, accounts, owners }) => {
  const libraries = root.list('/usr/lib').filter((name) => /-linux-gnu/.test(name))
  const entered = [...FOLDERS, ...libraries.map((name) => `/usr/lib/${name}`)]
  const read = ['/etc/passwd', ...libraries.map((name) => `/usr/lib/${name}/libc.so.6`)]
  return accounts.passwd
    .filter(({ name }) => owners.has(name))
    .flatMap((user): readonly Finding[] => {
      const isClosed = (bit: number) => (path: string) => {
        const entry = entryAt(root, path)
        return entry !== undefined && !permits(entry, user, accounts, bit)
      }
      const folder = entered.find(isClosed(0o1))
      const file = read.find(isClosed(0o4))
      const place = folder ?? file
      if (place === undefined) return []
      const because = `${user.name} may not ${folder === undefined ? 'read' : 'enter'} ${place}, which every program does`
      const at = { file: place, line: undefined }
      return [{ answer: 'shut', way: 'login', user: user.name, code: 'ACC002', at, because, settle: undefined }]
    })
}

const FOLDERS = ['/', '/etc', '/usr', '/usr/bin', '/usr/lib']
