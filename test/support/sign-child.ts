import { signFile } from '../../src/write/emit/sign.ts'

/** Signs a file as an interactive command does: `node sign-child.js KEY FILE`. */
const [, , key = '', file = ''] = process.argv
await signFile(file, { key, interactive: true })
