import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'
import { readBenchmark, readExposure, readLynis, readOpenPorts, readPolicy, readSshAudit } from './readings.ts'

const test = suite('what outside judges print, read')

test('lynis: the index and the tests with something to say; a report that was cut off is an error', () => {
  const report =
    'hardening_index=74\nwarning[]=NETW-2705|No two name servers|-|-|\nsuggestion[]=SSH-7408|ssh|MaxSessions (set 4 to 2)|-|\n'
  const findings = ['NETW-2705: No two name servers', 'SSH-7408: ssh (MaxSessions (set 4 to 2))']
  assert.equal(readLynis(report), { index: 74, findings })
  assert.throws(() => readLynis('suggestion[]=AUTH-9328|umask|-|-|\n'), /no index/)
})

test('OpenSCAP: passed among passed and failed, each failed rule by name; a device of which most is not asked is an error', () => {
  const rule = (name: string, result: string) =>
    `<rule-result idref="xccdf_org.ssgproject.content_rule_${name}" role="full">\n<result>${result}</result>\n</rule-result>\n`
  const results = [rule('b', 'fail'), rule('a', 'fail'), rule('c', 'pass'), rule('d', 'notapplicable')]
  const read = readBenchmark([...results, rule('e', 'notselected'), rule('f', 'error')].join(''))
  assert.equal(read, {
    counts: { fail: 2, pass: 1, notapplicable: 1, error: 1 },
    share: 33.3,
    failed: ['a', 'b'],
    errors: ['f'],
  })
  assert.throws(() => readBenchmark(rule('d', 'notapplicable')), /most rules were not evaluated/)
})

test('ssh-audit: what it has against an algorithm, and a policy that fails', () => {
  const json = JSON.stringify({
    kex: [{ algorithm: 'ecdh', notes: { fail: ['NIST'], info: ['old'] } }],
    mac: [{ algorithm: 'hmac', notes: { warn: ['short'] } }],
    enc: [{ algorithm: 'aes' }],
  })
  assert.equal(readSshAudit(json), { failures: ['kex ecdh: NIST'], warnings: ['mac hmac: short'] })
  assert.throws(() => readSshAudit('{"kex":[]}'), /no algorithms/)
  assert.throws(() => readSshAudit('[exception] cannot connect'), /ssh-audit: \[exception\]/)
  const errors = [{ mismatched_field: 'MACs', expected_required: ['a'], actual: ['b', 'c'] }]
  assert.equal(readPolicy(JSON.stringify({ passed: false, errors })), ['MACs: expected a; actual b, c'])
  assert.equal(readPolicy(JSON.stringify({ passed: true, errors: [] })), [])
  const offered = [{ mismatched_field: 'Key exchanges', expected_required: ['a'], actual: ['a', 'ext-info-s'] }]
  assert.equal(readPolicy(JSON.stringify({ passed: false, errors: offered })), [])
})

test('nmap: open ports; a scan that was cut off is an error', () => {
  const text = 'Host: 192.0.2.1 ()\tPorts: 22/open/tcp//ssh///, 80/filtered/tcp//http///\n'
  assert.equal(readOpenPorts(`${text}# Nmap done at\n`), ['22/tcp'])
  assert.throws(() => readOpenPorts(text), /did not end/)
})

test('systemd-analyze: the exposure that it closes with', () => {
  assert.equal(readExposure('→ Overall exposure level for a.service: 9.6 UNSAFE\n'), { 'a.service': 9.6 })
})
