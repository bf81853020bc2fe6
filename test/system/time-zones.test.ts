import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { isZone, successorOf } from '../../src/device/inspect/time-zones.ts'
import { DirectoryTree } from '../../src/storage/tree/directory.ts'
import { suite } from '../support/suite.ts'
import { debianRoot } from './support/roots.ts'

const test = suite('time zones: against Debian 13')

test('every name that tzdata-legacy alone has a file for leads to one that the image has', () => {
  const place = debianRoot('trixie', 'lite')
  const root = new DirectoryTree(place)
  const links = readFileSync(join(place, 'usr/share/zoneinfo/tzdata.zi'), 'utf8').matchAll(/^L \S+ (\S+)$/gm)
  const old = [...links].map(([, name]) => name as string).filter((name) => !isZone(root, name))
  assert.ok(old.length > 100)
  for (const name of old) assert.ok(isZone(root, successorOf(root, name) ?? ''), name)
  assert.is(successorOf(root, 'Europe/Kiev'), 'Europe/Kyiv')
  assert.is(successorOf(root, 'US/Pacific'), 'America/Los_Angeles')
})
