import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { parseAptConf } from '../../src/device/apt/conf.ts'
import { suite } from '../support/suite.ts'
import { run } from './support/run.ts'

/** The last value of one name, as this machine's apt reads a file and as pibake does. */
const test = suite('apt.conf as apt reads it')

for (const text of [
  'T::X "0";',
  'T::X 0;',
  't::x "0";\nT::X "1";',
  'T { X "0"; Y "2" };',
  'T { X { Y "0"; }; X "7"; };',
  '# T::X "0";\n',
  '// T::X "0";\nT::X "3";',
  '/* T::X "0"; */ T::X "4";',
  'T::X "http://a/#b";',
  'T::X "a//b";',
  'T::X "5";\n#clear T::X;\n',
  'T::X "5";\n#clear T::X;\nT::X "6";',
  'T {\n  # a\n  X "8";\n  // b\n};',
  'T::X\n  "9";',
]) {
  test(JSON.stringify(text), () => {
    const place = mkdtempSync(join(tmpdir(), 'pibake-test-'))
    try {
      writeFileSync(join(place, 'conf'), `${text}\n`)
      const real = run(['apt-config', '-c', join(place, 'conf'), 'shell', 'V', 'T::X'])
      const value = /^V='(.*)'$/m.exec(real)?.[1] ?? ''
      const own = parseAptConf(text).filter(({ name }) => name === 't::x')
      const last = own.at(-1)
      assert.is(last?.kind === 'set' ? last.value : '', value)
    } finally {
      rmSync(place, { recursive: true })
    }
  })
}
