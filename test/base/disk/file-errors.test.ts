import { openSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { namingEntry, namingFile } from '../../../src/base/disk/file-errors.ts'
import { SpaceError, TargetError } from '../../../src/base/errors.ts'
import { suite } from '../../support/suite.ts'

const test = suite('errors of files, with the name')

const failing = (code: string) => () => {
  throw Object.assign(new Error(`${code}: some words, read '/proc/self/fd/3'`), { code })
}

function thrown(call: () => unknown): Error {
  try {
    call()
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}

test('the sentence says what cannot be done to which file, and why', () => {
  const missing = thrown(() => namingFile('nofile.img', 'read', () => openSync('/nonexistent/nofile.img', 'r')))
  assert.instance(missing, TargetError)
  assert.is(missing.message, 'cannot read nofile.img: no such file')
  assert.is(
    thrown(() => namingFile('a.img', 'write', failing('EPERM'))).message,
    'cannot write a.img: permission denied',
  )
})

test('the outer of two calls adds nothing; a full disk and a failing device keep what they are', () => {
  const twice = thrown(() => namingFile('a', 'finish', () => namingFile('a', 'read', failing('EIO'))))
  assert.is(twice.message, 'cannot read a: EIO: some words')
  assert.is((twice as NodeJS.ErrnoException).code, 'EIO')
  assert.instance(
    thrown(() => namingFile('a', 'write', failing('ENOSPC'))),
    SpaceError,
  )
})

test('inside a partition the path is named, once, with a cure where there is one', () => {
  const error = namingEntry(thrown(failing('EACCES')), 'root', '/etc/shadow') as TargetError
  assert.is(error.message, 'root: /etc/shadow: EACCES: some words')
  assert.match(error.hint ?? '', /^run as root/)
  const failed = namingEntry(thrown(failing('EIO')), 'root', '/a')
  assert.is(namingEntry(failed, 'root', '/b'), failed)
})
