import * as assert from 'uvu/assert'
import { EncodeError } from '../../../src/base/encode/encode.ts'
import { editCmdline } from '../../../src/core/compile/cmdline.ts'
import { textOf } from '../../support/memory.ts'
import { origin } from '../../support/origin.ts'
import { suite } from '../../support/suite.ts'

const test = suite('cmdline.txt')

const TRIXIE =
  'console=serial0,115200 console=tty1 root=PARTUUID=0a1b2c3d-02 rootfstype=ext4 fsck.repair=yes rootwait resize\n'

test('tokens go in at the end and out as a whole, foreign ones stay as they are', () => {
  const result = editCmdline(TRIXIE, [
    { add: 'apparmor=1', origin },
    { remove: 'console=serial0,115200', origin },
    { remove: 'root', origin },
  ])
  assert.is(
    textOf(result),
    'console=tty1 root=PARTUUID=0a1b2c3d-02 rootfstype=ext4 fsck.repair=yes rootwait resize apparmor=1\n',
  )
})

test('a pattern removes the old value of the token that is added, and a second run changes nothing', () => {
  const requests = [
    { remove: /cfg80211\.ieee80211_regdom=.*/, origin },
    { add: 'cfg80211.ieee80211_regdom=AT', origin },
    { add: 'apparmor=1', origin },
  ]
  const once = textOf(editCmdline(TRIXIE.replace('rootwait', 'rootwait cfg80211.ieee80211_regdom=GB'), requests))
  assert.match(once, / resize cfg80211\.ieee80211_regdom=AT apparmor=1\n$/)
  assert.not.match(once, 'GB')
  assert.is(textOf(editCmdline(once, requests)), once)
})

test('nothing asked is nothing done', () => {
  assert.is(editCmdline(TRIXIE, []), undefined)
})

for (const bad of ['a b', 'a\nb', 'x=firstboot', 'noresize', '', 'a"b', 'ü']) {
  test(`refuses the token ${JSON.stringify(bad)}`, () => {
    assert.throws(
      () => editCmdline(TRIXIE, [{ add: bad, origin }]),
      (e: unknown) => e instanceof EncodeError,
    )
  })
}
