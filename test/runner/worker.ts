/** Runs one test file: `node build/test/runner/worker.js FILE`. What comes of it is in the journal. */
import { pathToFileURL } from 'node:url'
import { runSuites } from '../support/suite.ts'

const [file] = process.argv.slice(2)
if (file === undefined) throw new Error('worker.js FILE')
await import(pathToFileURL(file).href)
await runSuites()
