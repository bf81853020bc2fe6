import { suite } from '../support/suite.ts'
import { anomaliesOf, local } from './support/anomalies.ts'

const test = suite('first boot: hangs')

test('hang at the Nth command of the local half: the next start finishes', () =>
  anomaliesOf('hang', local, ['run', 'local']))
