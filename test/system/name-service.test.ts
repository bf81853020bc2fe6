import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { nameService } from '../../src/core/access/readers/name-service.ts'
import { readAccounts } from '../../src/device/formats/accounts.ts'
import { DirectoryTree } from '../../src/storage/tree/directory.ts'
import { suite } from '../support/suite.ts'
import { runIn } from './support/chroot.ts'
import { debianRoot, discard, releases, scratch } from './support/roots.ts'

const test = suite('nsswitch.conf, held against glibc')

const files = [
  'passwd: files',
  'passwd: ldap files',
  'passwd: ldap',
  'passwd: ldap [UNAVAIL=return] files',
  'passwd: ldap [!NOTFOUND=return] files',
  'passwd: ldap [!UNAVAIL=return] files',
  'passwd: ldap [UNAVAIL=return NOTFOUND=continue] files',
  'passwd: dns [NOTFOUND=return] files',
  'passwd: dns [NOTFOUND=return UNAVAIL=return] files',
  'passwd: files [NOTFOUND=return] ldap',
  'passwd: [NOTFOUND=return] files',
  'passwd:ldap [SUCCESS=continue] files',
  'passwd: files\npasswd: ldap',
  'passwd: ldap\npasswd: files',
  'passwd: files # ldap',
  'passwd: compat',
  'passwd:',
  '  passwd : files',
  '# passwd: ldap',
  'PASSWD: ldap',
  'group: ldap',
  '',
]

for (const release of releases) {
  test(`${release}: an account is found, or is not`, () => {
    const root = scratch(debianRoot(release, 'full'))
    try {
      const tree = new DirectoryTree(root)
      const device = {
        root: tree,
        accounts: readAccounts(tree),
        owners: new Map([['games', { sudo: 'none' as const }]]),
      }
      const script = 'getent passwd games >/dev/null && echo found || echo lost'
      const seen = new Set<string>()
      for (const text of files) {
        writeFileSync(join(root, 'etc/nsswitch.conf'), `${text}\n`)
        const real = runIn(root, ['sh', '-c', script]).trim()
        const isShut = nameService(device).some(({ answer, way }) => answer === 'shut' && way === 'login')
        assert.is(isShut ? 'lost' : 'found', real, text)
        seen.add(real)
      }
      assert.is(seen.size, 2)
    } finally {
      discard(root)
    }
  })
}
