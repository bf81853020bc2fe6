import * as assert from 'uvu/assert'
import { methodsOf } from '../../../src/device/sshd/auth-methods.ts'
import { effectiveFor } from '../../../src/device/sshd/effective.ts'
import { keywordsOf } from '../../../src/device/sshd/keywords.ts'
import { isEndpoint, isNetwork, isTime } from '../../../src/device/sshd/line-checks.ts'
import { blockerOfAllLogins } from '../../../src/device/sshd/login-blockers.ts'
import { revokedBy } from '../../../src/device/sshd/revoked.ts'
import { isJudged } from '../../../src/device/sshd/setting-values.ts'
import { memoryTree, type Sketch } from '../../support/memory.ts'
import { KEYS } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('values of sshd')

const effective = (config: string, files: Record<string, Sketch> = {}) => {
  const root = memoryTree({ '/etc/ssh/sshd_config': config, ...files })
  return { root, sshd: effectiveFor(root, 'trixie', { user: 'alice', groups: ['alice'], address: '192.0.2.7' }) }
}

test('every keyword is judged, decided by another key of the spec, or refused', () => {
  const elsewhere = ['AllowUsers', 'DenyUsers', 'HostKey', 'Include', 'Match', 'Port']
  const refused = ['HostCertificate', 'HostKeyAgent', 'RDomain', 'SecurityKeyProvider', 'Subsystem']
  const bookworm = [...elsewhere, ...refused].sort()
  assert.equal(
    keywordsOf('bookworm')
      .filter((keyword) => !isJudged(keyword))
      .sort(),
    bookworm,
  )
  assert.equal(
    keywordsOf('trixie')
      .filter((keyword) => !isJudged(keyword))
      .sort(),
    [...bookworm, 'PAMServiceName', 'SshdAuthPath', 'SshdSessionPath'].sort(),
  )
})

test('times, addresses and ports', () => {
  for (const text of ['0', '30', '1h30m', '3550w', '2147483647', '5S']) assert.ok(isTime(text), text)
  for (const text of ['', '1y', '-1', '2147483648', `${'1'.repeat(60)}x`, '3551w', '999999999w', '1 h'])
    assert.not(isTime(text), text)
  for (const text of [
    '192.0.2.1',
    '10.0.0.0/8',
    '0.0.0.0/0',
    '::1',
    'fe80::/10',
    '2001:db8::/29',
    '::1/128',
    '::ffff:1.2.3.4/128',
  ]) {
    assert.ok(isNetwork(text), text)
  }
  for (const text of [
    '10.0.0.1/8',
    '192.0.2.0/33',
    'fe80::/8',
    '2001:db8::/28',
    'x',
    '10.*',
    '10.0.0.0/8/8',
    '::/',
    '::ffff:1.2.3.4/96',
  ]) {
    assert.not(isNetwork(text), text)
  }
  for (const text of ['a:1', '[::1]:80', '*:*', 'a-b.c:65535', 'a:http']) assert.ok(isEndpoint(true)(text), text)
  for (const text of ['80', 'a:0', 'a:65536', '::1:80', 'a:nothing', ':80']) assert.not(isEndpoint(true)(text), text)
  assert.ok(isEndpoint(false)('80'))
})

test('values that shut everybody out are told with their line', () => {
  const why = (config: string) => {
    const { sshd } = effective(config)
    return blockerOfAllLogins(sshd, 'trixie')
  }
  assert.is(why('MaxSessions 1\nChrootDirectory /\nForceCommand none\n'), undefined)
  assert.is(why('\nMaxSessions 0\n'), "MaxSessions is '0' (/etc/ssh/sshd_config:2): no session is allowed")
  assert.match(why('Match User alice\nForceCommand /bin/x\n') ?? '', 'ForceCommand')
  assert.is(why('Match User bob\nForceCommand /bin/x\n'), undefined)
  assert.match(why('KexAlgorithms -curve*,ecdh*,sntrup*,mlkem*\n') ?? '', 'clients')
  assert.is(why('KexAlgorithms +diffie-hellman-group1-sha1\n'), undefined)
})

test('revoked keys', () => {
  const why = (list: Sketch | undefined, key = KEYS.alice) => {
    const { root, sshd } = effective('RevokedKeys /etc/revoked\n', list === undefined ? {} : { '/etc/revoked': list })
    return revokedBy(root, sshd, key.split(' ')[1] as string)
  }
  assert.match(why(undefined) ?? '', 'not a file of the image')
  assert.is(why(''), undefined)
  assert.is(why(`# a comment\n\n${KEYS.bob}\n`), undefined)
  assert.match(why(`${KEYS.bob}\n${KEYS.alice}\n`) ?? '', 'which holds it')
  assert.match(why(`${KEYS.bob}\nno key\n`) ?? '', 'line 2 is not a key')
  assert.match(why('SSHKRL\n\0') ?? '', 'KRL')
})

test('methods that have to be passed one after the other', () => {
  const of = (config: string, hasPassword = true) =>
    methodsOf(effective(`UsePAM yes\n${config}`).sshd, { uid: 1000 }, hasPassword)
  const on = 'PasswordAuthentication yes\nKbdInteractiveAuthentication no\nAuthenticationMethods'
  assert.equal(of(`${on} any\n`), { keys: true, password: true })
  assert.equal(of(`${on} publickey\n`), { keys: true, password: false })
  assert.equal(of(`${on} publickey,password\n`), { keys: true, password: false })
  assert.equal(of(`${on} publickey,password\n`, false), { keys: false, password: false })
  assert.equal(of(`${on} publickey,publickey\n`), { keys: false, password: false })
  assert.equal(of(`${on} keyboard-interactive:pam\n`), { keys: false, password: false })
  assert.equal(of(`${on} publickey,hostbased password\n`), { keys: false, password: true })
  assert.equal(of('AuthenticationMethods keyboard-interactive:pam\n'), { keys: false, password: true })
})
