import { Writable } from 'node:stream'
import * as assert from 'uvu/assert'
import { EXIT } from '../../src/cli/exit.ts'
import { explainFailure } from '../../src/cli/failure.ts'
import { processIo } from '../../src/cli/io.ts'
import { OutputError } from '../../src/write/emit/errors.ts'
import { suite } from '../support/suite.ts'

const test = suite('CLI: failures')

function explained(error: unknown) {
  let text = ''
  const stderr = new Writable({
    write(chunk, _, done) {
      text += chunk
      done()
    },
  })
  return { code: explainFailure(error, { ...processIo({}), stderr }), text }
}

test('what cannot be made beside OUT is told with its hint, and without a trace; a bug with one', () => {
  assert.equal(explained(new OutputError('no\u001b key', { hint: 'ssh-add' })), {
    code: EXIT.failed,
    text: 'pibake: no\\u{1b} key\n  hint: ssh-add\n',
  })
  assert.match(explained(new TypeError('x')).text, /^pibake: x\nTypeError: x\n {4}at /)
})
