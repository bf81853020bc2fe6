import type { Origin } from '../../src/base/report/origin.ts'

/** An origin for tests that do not care which. */
export const origin: Origin = {
  path: ['test'],
  key: 'test',
  position: { file: 'test.yaml', line: 1, column: 1 },
  default: null,
  because: 'a test wants it',
}
