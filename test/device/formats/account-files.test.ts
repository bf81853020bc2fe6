import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { EncodeError } from '../../../src/base/encode/encode.ts'
import { AccountFile, accountFiles } from '../../../src/device/formats/account-files.ts'
import { AccountLedger } from '../../../src/device/formats/account-ledger.ts'
import { memoryTree } from '../../support/memory.ts'
import { origin } from '../../support/origin.ts'
import { suite } from '../../support/suite.ts'

const test = suite('account files')

const bytes = (text: string) => new TextEncoder().encode(text)
const textOf = (file: AccountFile | undefined) => new TextDecoder().decode(file?.content())
const ledgerOf = (files: Record<string, string>) => new AccountLedger(memoryTree(files))

test('every other line keeps its bytes, whatever they are', () => {
  const line = fc
    .uint8Array({ maxLength: 40 })
    .map((array) => Buffer.from(array.filter((byte) => byte !== 10)))
    .filter((buffer) => !buffer.toString('latin1').startsWith('alice:'))
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), fc.array(line, { maxLength: 8 }), (before, after) => {
      const join = (...lines: Buffer[]) => Buffer.concat(lines.flatMap((l) => [l, Buffer.from('\n')]))
      const file = new AccountFile('passwd', join(...before, Buffer.from('alice:x:1:1::/:/old'), ...after))
      file.set(['alice', 'x', '1000', '1000', '', '/home/alice', '/bin/bash'])
      const wanted = join(...before, Buffer.from('alice:x:1000:1000::/home/alice:/bin/bash'), ...after)
      assert.equal(Buffer.from(file.content()), wanted)
      file.remove('alice')
      assert.equal(Buffer.from(file.content()), join(...before, ...after))
    }),
  )
})

test('no value breaks out of its field: it is refused, or the entry has its fields and is one line', () => {
  const nasty = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(':', '\n', '\r', '\0', 'a', ' ', '#', '\u202e', 'ä', '+') }),
  )
  let refused = 0
  fc.assert(
    fc.property(nasty, (value) => {
      const file = new AccountFile('passwd', bytes('root:x:0:0:root:/root:/bin/bash\n'))
      try {
        file.set(['alice', 'x', '1000', '1000', value, '/home/alice', '/bin/bash'])
      } catch (error) {
        refused += 1
        assert.ok(error instanceof EncodeError)
        assert.is(textOf(file), 'root:x:0:0:root:/root:/bin/bash\n')
        return
      }
      assert.equal(file.get('alice')?.[4], value)
      assert.is(textOf(file).split('\n').length, 3)
    }),
  )
  assert.ok(refused > 0)
})

test('what an entry holds already comes through, whatever it is; what is new is held to its field', () => {
  const file = new AccountFile('gshadow', Buffer.from('sudo:*:j\xf6rg:j\xf6rg,bob\n', 'latin1'))
  file.set(['sudo', '*', 'j\xf6rg', 'j\xf6rg,bob,alice'])
  assert.is(Buffer.from(file.content()).toString('latin1'), 'sudo:*:j\xf6rg:j\xf6rg,bob,alice\n')
  for (const name of ['m\xfcller', 'a:b', 'a\nb']) {
    assert.throws(
      () => file.set(['sudo', '*', '', `bob,${name}`]),
      (error: unknown) => error instanceof EncodeError,
    )
  }
})

test('the number of fields is held', () => {
  for (const [name, { fields }] of Object.entries(accountFiles)) {
    const file = new AccountFile(name as keyof typeof accountFiles, bytes(''))
    assert.throws(() => file.set(Array(fields + 1).fill('a')), /wrong number of fields/)
    file.set(Array(fields).fill('a'))
    assert.is(textOf(file), `${Array(fields).fill('a').join(':')}\n`)
  }
})

test('a name is not taken for a longer one', () => {
  const file = new AccountFile('group', bytes('alicea:x:1:\nalice-x:x:2:\n'))
  file.remove('alice')
  file.set(['alice', 'x', '3', ''])
  assert.is(textOf(file), 'alicea:x:1:\nalice-x:x:2:\nalice:x:3:\n')
})

test('a last line without a newline gets one', () => {
  const file = new AccountFile('group', bytes('root:x:0:'))
  file.set(['alice', 'x', '3', ''])
  assert.is(textOf(file), 'root:x:0:\nalice:x:3:\n')
})

test('set lines carry their reason, others none', () => {
  const file = new AccountFile('group', bytes('root:x:0:\nadm:x:4:\n'))
  file.set(['adm', 'x', '4', 'alice'], origin)
  assert.equal([...file.origins().keys()], [1])
})

test('a removed user leaves members and administrators alike; a group that others use stays', () => {
  const ledger = ledgerOf({
    '/etc/passwd': 'pi:x:1000:1000::/home/pi:/bin/bash\nweb:x:1001:1000::/:/bin/sh\n',
    '/etc/shadow': 'pi:!:::::::\nweb:!:::::::\n',
    '/etc/group': 'pi:x:1000:\nsudo:x:27:pi\nadm:x:4:pip,pi,api\n',
    '/etc/gshadow': 'pi:!::\nsudo:*:pi,root:pi\n',
  })
  ledger.removeUser('pi')
  assert.is(textOf(ledger.files.get('group')), 'pi:x:1000:\nsudo:x:27:\nadm:x:4:pip,api\n')
  assert.is(textOf(ledger.files.get('gshadow')), 'pi:!::\nsudo:*:root:\n')
  assert.is(textOf(ledger.files.get('shadow')), 'web:!:::::::\n')
  assert.is(ledger.files.has('subuid'), false)
})

test('numbers are the lowest that neither a user nor a group has', () => {
  const ledger = ledgerOf({
    '/etc/passwd': 'a:x:1000:1000::/:/bin/sh\nc:x:1003:100::/:/bin/sh\n',
    '/etc/group': 'a:x:1000:\nb:x:1001:\n',
  })
  assert.is(ledger.freeId(), 1002)
})

test('subordinate ranges overlap nobody, whatever ranges there are', () => {
  const range = fc.tuple(fc.integer({ min: 60_000, max: 700_000 }), fc.integer({ min: 1, max: 200_000 }))
  fc.assert(
    fc.property(fc.array(range, { maxLength: 6 }), (ranges) => {
      const text = ranges.map(([start, count], i) => `u${i}:${start}:${count}\n`).join('')
      const ledger = ledgerOf({ '/etc/subuid': text, '/etc/subgid': '' })
      ledger.addSubordinates('alice', origin)
      const start = Number(ledger.get('subuid', 'alice')?.[1])
      assert.ok(start >= 100_000)
      for (const [other, count] of ranges) assert.ok(start + 65_536 <= other || other + count <= start)
      assert.is(ledger.get('subgid', 'alice')?.[1], '100000')
    }),
  )
})
