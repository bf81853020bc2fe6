import * as assert from 'uvu/assert'
import { effectiveFor } from '../../../src/device/sshd/effective.ts'
import { memoryTree } from '../../support/memory.ts'
import { suite } from '../../support/suite.ts'

const test = suite('sshd in force')

const main = 'Include /etc/ssh/sshd_config.d/*.conf\nKbdInteractiveAuthentication no\nUsePAM yes\n'
const alice = { user: 'alice', groups: ['alice', 'sudo'], address: '192.0.2.7' }
const of = (files: Record<string, string>, connection = alice) =>
  effectiveFor(memoryTree({ '/etc/ssh/sshd_config': main, ...files }), 'bookworm', connection)

test('the lexically first drop-in wins over the others and over the main file', () => {
  const effective = of({
    '/etc/ssh/sshd_config.d/50-cloud-init.conf': 'PasswordAuthentication yes\n',
    '/etc/ssh/sshd_config.d/00-x.conf': '# a comment\n\tpasswordauthentication="no"  # why\n',
    '/etc/ssh/sshd_config.d/00-y.conf.bak': 'PasswordAuthentication yes\n',
  })
  assert.is(effective.passwordAuthentication, false)
  assert.equal(effective.at('PasswordAuthentication'), { file: '/etc/ssh/sshd_config.d/00-x.conf', line: 2 })
  assert.is(effective.kbdInteractiveAuthentication, false)
})

test('a Match that holds overrules what is global, wherever it stands, and ends with its file', () => {
  const files = {
    '/etc/ssh/sshd_config.d/00-x.conf': 'PasswordAuthentication no\n',
    '/etc/ssh/sshd_config.d/90-m.conf': 'Match User al*,!alan Address 192.0.2.0/24\nPasswordAuthentication yes\n',
    '/etc/ssh/sshd_config.d/91-n.conf': 'MaxAuthTries 3\n',
  }
  assert.is(of(files).passwordAuthentication, true)
  assert.is(of(files).maxAuthTries, 3)
  assert.is(of(files, { ...alice, user: 'alan' }).passwordAuthentication, false)
  assert.is(of(files, { ...alice, address: '198.51.100.1' }).passwordAuthentication, false)
})

test('lists add up, and below a Match they replace the global ones', () => {
  const files = {
    '/etc/ssh/sshd_config.d/00-x.conf': 'AllowUsers alice\nAllowUsers bob carol@10.0.0.*\nPort 22\nPort 2222\n',
    '/etc/ssh/sshd_config.d/10-x.conf': 'Match Group sudo\nAllowUsers dave\n',
  }
  assert.equal(of(files).allowUsers, ['dave'])
  assert.equal(of(files, { ...alice, groups: ['users'] }).allowUsers, ['alice', 'bob', 'carol@10.0.0.*'])
  assert.equal(of(files).ports, [22, 2222])
})

test('lines that keep sshd from starting are told with their place', () => {
  const effective = of({
    '/etc/ssh/sshd_config.d/00-x.conf':
      'PasswordAuthentification no\nMatch User x\nPort 23\nBanner "open\nAllowUsers\n',
  })
  assert.equal(
    effective.errors.map((e) => [e.at.line, e.message]),
    [
      [1, 'Bad configuration option: PasswordAuthentification'],
      [3, 'Port is not allowed within a Match block'],
      [4, 'invalid quotes'],
      [5, 'no argument after keyword "AllowUsers"'],
    ],
  )
})

test('old names are read, keywords of OpenSSH 10 only where it knows them', () => {
  const root = memoryTree({ '/etc/ssh/sshd_config': 'ChallengeResponseAuthentication no\nRefuseConnection yes\n' })
  assert.is(effectiveFor(root, 'trixie', alice).kbdInteractiveAuthentication, false)
  assert.is(effectiveFor(root, 'trixie', alice).refuseConnection, true)
  assert.is(effectiveFor(root, 'bookworm', alice).errors.length, 1)
})
