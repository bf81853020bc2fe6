import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/base/host/assets.ts'
import { fail2ban } from '../../src/core/controls/fail2ban.ts'
import { fail2banStandIns } from '../../src/core/controls/fail2ban-stand-ins.ts'
import { file } from '../../src/core/plan/operation.ts'
import { OverlayTree } from '../../src/core/plan/overlay.ts'
import { readConfig } from '../../src/device/fail2ban/config.ts'
import type { Fail2banDevice } from '../../src/device/fail2ban/files.ts'
import { interpolated } from '../../src/device/fail2ban/interpolate.ts'
import { type Start, startOf } from '../../src/device/fail2ban/starts.ts'
import { DirectoryTree } from '../../src/storage/tree/directory.ts'
import { contextOf } from '../support/control.ts'
import { cases, type Planted } from '../support/fail2ban-cases.ts'
import { memoryTree } from '../support/memory.ts'
import { origin } from '../support/origin.ts'
import { suite } from '../support/suite.ts'
import { runIn } from './support/chroot.ts'
import { debianRoot, discard, releases, scratch } from './support/roots.ts'
import { writeOperations } from './support/write.ts'

/** Whether fail2ban starts, and with which jails, held against fail2ban itself. */
const test = suite('what fail2ban makes of its configuration, held against fail2ban')

const DRIVER = 'test/system/support/fail2ban-start.py'
const places = new Map(Object.keys(cases).map((title, i) => [title, `/cases/${i}`]))

for (const release of releases) {
  test(`${release}: what stands for the package's jail.conf says what it says`, () => {
    const own = { release, madeLater: () => false }
    const root = new DirectoryTree(debianRoot(release, 'full'))
    const stock = jailsOf({ ...own, root, standIns: new Map() })
    const standIn = jailsOf({ ...own, root: memoryTree({}), standIns: fail2banStandIns(release) })
    assert.equal(standIn.defaults, stock.defaults)
    assert.equal(standIn.filters, stock.filters)
  })

  test(`${release}: it starts, ends and passes over jails as pibake says, and says so in its words`, () => {
    const root = scratch(debianRoot(release, 'full'))
    try {
      const wanted = { fail2ban: { enabled: true, ignoreip: [], mail: false, defaults: {}, jails: {} } }
      writeOperations(root, fail2ban.compile(contextOf(wanted, { release })).operations)
      for (const [title, { planted }] of Object.entries(cases)) plant(join(root, places.get(title) as string), planted)
      cpSync(join(packageRoot, DRIVER), join(root, 'start.py'))
      runIn(root, ['python3', '/start.py'], { timeout: 300 })
      const differing = Object.entries(cases).flatMap(([title, { planted }]) => {
        const place = join(root, places.get(title) as string)
        return difference(startOf(deviceWith(root, release, planted)), place).map((text) => `${title}: ${text}`)
      })
      assert.equal(differing, [])
    } finally {
      discard(root)
    }
  })
}

function jailsOf(device: Fail2banDevice) {
  const config = readConfig(device, 'jail')
  assert.ok(config)
  const names = [...config.sections.keys()].filter((name) => !/^(?:INCLUDES$|KNOWN\/)/.test(name))
  const filterOf = (name: string) => interpolated(config, name, 'filter')?.replace(/\[.*/s, '')
  return {
    defaults: Object.fromEntries([...config.defaults].map(([option, { text }]) => [option, text])),
    filters: Object.fromEntries(names.map((name) => [name, filterOf(name)])),
  }
}

function deviceWith(root: string, release: (typeof releases)[number], planted: Planted) {
  const operations = Object.entries(planted).map(([path, text]) =>
    file(path, new TextEncoder().encode(text), { origin }),
  )
  const tree = new OverlayTree(new DirectoryTree(root), operations)
  return { root: tree, release, standIns: new Map(), madeLater: () => false }
}

function plant(place: string, planted: Planted): void {
  mkdirSync(place, { recursive: true })
  for (const [path, text] of Object.entries(planted)) {
    mkdirSync(dirname(join(place, path)), { recursive: true })
    writeFileSync(join(place, path), text)
  }
}

/** What fail2ban did that was not expected of it. */
function difference({ failure, missing, jails, skipped }: Start, place: string): readonly string[] {
  // The command that failed is the whole configuration.
  const words = readFileSync(`${place}.words`, 'utf8').replace(/Command \['server-stream.*\] has failed/g, '')
  const started = existsSync(`${place}.jails`)
  const faults = [failure, ...missing, ...skipped].flatMap((fault) => (fault === undefined ? [] : [fault.message]))
  if (started !== (failure === undefined && missing.length === 0)) {
    return [`${started ? 'starts' : 'fails'}: ${faults.join('; ')}\n${words}`]
  }
  if (started) {
    const theirs = readFileSync(`${place}.jails`, 'utf8').trim()
    const ours = [...jails].sort().join(', ')
    if (theirs !== ours) return [`starts ${theirs}, not ${ours}`]
  }
  // It ends at the first fault.
  const said = [...skipped, ...[...missing, failure].slice(0, 1)].flatMap((fault) => fault?.message ?? [])
  return said
    .filter((message) => !words.includes(asLogged(message)))
    .map((message) => `does not say ${message}: ${words}`)
}

/** fail2ban shows what it has made of an expression, and leaves out which file a system call was for. */
function asLogged(message: string): string {
  return message.replace(/^Unable to compile .*:\n/, '').replace(/^\[Errno \d+\] (.*): '.*'$/, '$1')
}
