import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/base/host/assets.ts'
import { codes } from '../../src/base/report/codes.ts'
import { assertGenerated } from '../support/generated.ts'
import { suite } from '../support/suite.ts'

const test = suite('generated: error codes')

const families: Readonly<Record<string, string>> = {
  YML: 'The file as YAML',
  SPC: 'The spec as a whole',
  USR: 'Users',
  KEY: 'Public keys',
  SSH: 'SSH server',
  SUD: 'sudo',
  FWL: 'Firewall',
  ALR: 'Alerts',
  F2B: 'fail2ban',
  UPD: 'Updates',
  PKG: 'Packages',
  SVC: 'Services and system settings',
  HWR: 'Hardware',
  NET: 'Name, place and network',
  FIL: 'Files',
  MNT: 'Mounts',
  AUD: 'Audit',
  FBT: 'First start',
  ACC: 'Access: what would lock the owner out',
  FLT: 'Fleets: the inventory',
  IMG: 'Image',
}

test('docs/error-codes.md is the table of codes', () => {
  const sections = Object.entries(families).flatMap(([family, title]) => {
    const own = Object.entries(codes).filter(([code]) => code.startsWith(family))
    if (own.length === 0) return []
    return [
      `## ${title}`,
      '',
      '| code | meaning |',
      '|---|---|',
      ...own.map(([code, [name, meaning]]) => `| [${code} ${name}](errors/${code}.md) | ${meaning} |`),
      '',
    ]
  })
  assert.equal(
    Object.keys(codes).filter((code) => families[code.slice(0, 3)] === undefined),
    [],
  )
  assertGenerated(
    'docs/error-codes.md',
    [
      '# Codes of errors and warnings',
      '',
      'Made from `src/base/report/codes.ts` by `npm run generate`. A code keeps its meaning and its name',
      'for ever. The message beside it says what is wrong in the spec at hand, the line `hint:` how to put it right. Each code has a page that says why pibake',
      'insists, with an example and its cure; `pibake explain CODE` prints it. Examples with `pibake plan` are held against',
      'a sample of Raspberry Pi OS Lite (Trixie); the files that they name hold what their names say.',
      '',
      ...sections,
    ].join('\n'),
  )
})

test('every name is lower-case words, and belongs to one code', () => {
  const names = Object.values(codes).map(([name]) => name)
  for (const name of names) assert.match(name, /^[a-z0-9]+(-[a-z0-9]+)*$/)
  assert.is(new Set(names).size, names.length)
})

test('the table holds the codes that the source uses, and no other', () => {
  const folder = join(packageRoot, 'src')
  const used = new Set<string>()
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || file.endsWith('report/codes.ts')) continue
    const text = readFileSync(join(folder, file), 'utf8')
    for (const [, code] of text.matchAll(/'(?!SHA)([A-Z][A-Z0-9]{2}\d{3})'/g)) used.add(code as string)
  }
  assert.equal([...used].sort(), Object.keys(codes).sort())
})
