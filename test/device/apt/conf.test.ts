import * as assert from 'uvu/assert'
import { parseAptConf } from '../../../src/device/apt/conf.ts'
import { suite } from '../../support/suite.ts'

const test = suite('apt.conf')

const read = (text: string) =>
  parseAptConf(text).map(({ kind, name, value, line }) => `${line} ${kind} ${name}${value === '' ? '' : ` ${value}`}`)

for (const [text, ...statements] of [
  ['APT::Periodic::Enable "0";', '1 set apt::periodic::enable 0'],
  ['APT::Periodic::Enable 0;', '1 set apt::periodic::enable 0'],
  ['APT { Periodic { Enable "0"; Update "1" } };', '1 set apt::periodic::enable 0', '1 set apt::periodic::update 1'],
  ['A::B { "x"; "y // z"; };', '1 add a::b x', '1 add a::b y // z'],
  ['A::B:: "x";', '1 add a::b x'],
  ['A { B:: "x"; };', '1 add a::b x'],
  ['\n#clear A::B;\n', '2 clear a::b'],
  ['# A "1";\n// B "1";\n/* C "1";\n*/ D "1";', '4 set d 1'],
  ['A "http://x/#y";', '1 set a http://x/#y'],
  ['A', ...[]],
] as const) {
  test(JSON.stringify(text), () => assert.equal(read(text), statements))
}
