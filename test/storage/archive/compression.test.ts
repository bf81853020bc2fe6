import * as assert from 'uvu/assert'
import { compressionForName, compressionOf } from '../../../src/storage/archive/compression.ts'
import { suite } from '../../support/suite.ts'
import { run } from './support.ts'

const test = suite('archive: kinds')

test('what the real programs write is known by its first bytes', () => {
  const hello = Buffer.from('hello')
  assert.is(compressionOf(run('xz', ['-c'], hello)), 'xz')
  assert.is(compressionOf(run('zstd', ['-c'], hello)), 'zst')
  assert.is(compressionOf(run('gzip', ['-c'], hello)), 'gz')
  assert.is(compressionOf(Buffer.from([0x5e, 0x2a, 0x4d, 0x18, 0, 0])), 'zst')
  assert.is(compressionOf(hello), 'none')
  assert.is(compressionOf(new Uint8Array(0)), 'none')
  assert.is(compressionOf(Buffer.from([0xfd, 0x37])), 'none')
})

test('a name says what its file is to be', () => {
  assert.is(compressionForName('a.img.xz'), 'xz')
  assert.is(compressionForName('A.IMG.ZST'), 'zst')
  assert.is(compressionForName('a.gz'), 'gz')
  assert.is(compressionForName('a.tgz'), 'gz')
  assert.is(compressionForName('a.TZST'), 'zst')
  assert.is(compressionForName('a.xz.img'), 'none')
  assert.is(compressionForName('xz'), 'none')
})
