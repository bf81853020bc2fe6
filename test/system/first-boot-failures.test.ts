import { suite } from '../support/suite.ts'
import { anomaliesOf, local } from './support/anomalies.ts'

const test = suite('first boot: failures')

test('fail at the Nth command of the local half: the next start finishes', () =>
  anomaliesOf('fail', local, ['run', 'local']))
