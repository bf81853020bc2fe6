/** Writes the pages of the manual below a folder: `node dist/cli/write-manual.js FOLDER`; a step of the build. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { today } from './clock.ts'
import { manualPages } from './manual.ts'
import { buildProgram } from './program.ts'

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('usage: write-manual FOLDER')
mkdirSync(folder, { recursive: true })
const program = await buildProgram(undefined, () => undefined)
for (const { file, text } of manualPages(program, today(process.env))) writeFileSync(join(folder, file), text)
