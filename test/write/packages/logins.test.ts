import * as assert from 'uvu/assert'
import { PackageError } from '../../../src/write/packages/errors.ts'
import { withoutLogins } from '../../../src/write/packages/logins.ts'
import { suite } from '../../support/suite.ts'

const test = suite('packages: logins in addresses')

test('a login leaves the address, and is said once for its machine', () => {
  const { uris, auth } = withoutLogins([
    'http://user:p%40ss@example.org:8080/debian/a.deb',
    'http://user:p%40ss@example.org:8080/debian/b.deb',
    'https://other:x:y@example.org/c.deb',
    'https://third:at@sign@example.org/c.deb',
    'https://example.org/d@1.deb',
    'file:///srv/e.deb',
  ])
  assert.equal(uris, [
    'http://example.org:8080/debian/a.deb',
    'http://example.org:8080/debian/b.deb',
    'https://example.org/c.deb',
    'https://example.org/c.deb',
    'https://example.org/d@1.deb',
    'file:///srv/e.deb',
  ])
  assert.is(
    auth,
    'machine http://example.org:8080 login user password p@ss\nmachine https://example.org login other password x:y\nmachine https://example.org login third password at@sign\n',
  )
})

test('without a login nothing is said; one that auth.conf cannot hold is refused', () => {
  assert.is(withoutLogins(['http://example.org/a.deb']).auth, '')
  for (const login of ['user', 'user:', ':word', 'user:two%20words', 'user:a%0Ab', 'user:%22', 'user:%zz']) {
    assert.throws(
      () => withoutLogins([`http://${login}@example.org/a.deb`]),
      (error: unknown) => error instanceof PackageError,
    )
  }
})
