import type { Origin } from '../../src/plan/operation.ts'

/** An origin for tests that do not care which. */
export const origin: Origin = {
  path: ['test'],
  key: 'test',
  position: { file: 'test.yaml', line: 1, column: 1 },
  because: 'a test wants it',
}
