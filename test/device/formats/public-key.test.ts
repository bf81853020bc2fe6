import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { readPublicKey } from '../../../src/device/formats/mistaken-key.ts'
import { parsePublicKey } from '../../../src/device/formats/public-key.ts'
import { anyText } from '../../support/any-text.ts'
import { suite } from '../../support/suite.ts'

const test = suite('public keys')

/** Made by ssh-keygen of OpenSSH 9.2 and read back by `ssh-keygen -l`; the private halves are thrown away. */
const vectors: readonly (readonly [line: string, bits: number, fingerprint: string])[] = [
  [
    'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQCfpvhgMjQkoWiF79LQBmqfEp8hOf5mimGJGprDFEI1yL6wRCSO31o53JKe7G3qcTYVJfCFZyLCM+SenlmqobpHz635bgVtqEW/ko2IkAMHBZaiJ2UODZp2pCZ/egLQW55fU4PjDEm7OGQvApp1vF4mehkR/TByclXZkLvQctP2oNyk/WcyLghcPB7Kcapvee6042PU+yy5+h4kc20CiZredrTyxwB0fb2SvwtjtNJq/b5WQURMvzDVXx/JgFrIuiuU2Tt/D+C1MCFQt23IMZxCqUCGAYAp7kp3GZHNeX1USDIvk6WlZ7LkXHFzpnlWNNhicWqLzE3WtTIdLx4fbIWVsO/rWeHmEOt4jZSnCqmAsWWWuyGSdGvQdJK/ewZofBw18hk8nGmqb0qPt8ReKd+LtF94Fo7TP0Q+/B6G6z9lyDcTjC/YAgrTG7JapqiSFHizefQJ1J9Nr9oO0WmCHP2i0fdi2M6fmIFv9E7K+GQ+DqOSQ2T/PxospbaiNtO5HM8= x y',
    3072,
    'SHA256:tdcwWw+mQOjsO1k7QMW4c6lIK6XrHtY6m9PYqTFvzmM',
  ],
  [
    'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAACAQCrWjMRxiIaiglQNY6b1mh+kN/HeD5Mo85u6ZQgQrJjD1oNW5Hm7x2ARgJ/aNZmxpKLhSiN5rGrlg/+3BJwlpKNuTQ6B54dkSzKaB9VqtTgyCNyybJo2Y3jXS1jFRaRn8OadsDeYqpdxXLhUcJOc3sp5CmsMCxOaUxklN5Spa6DJkpk/6W4WE9vJye01tLJGCy8rAWmyskvF2bZYhdyhw4JxHn6ps+GMgOAe28J9kJYLzOCXoXI4hZD3HIAwcpfckMmiL3QITtjBQzIHKfk56F9pVfkOwYi8vAvOEEHVGt1ll9hffXvG4ZtS/YI3L4Qsw5dWROabFLPJU08hfcatoas1qFEKProYx7ExoJtzbIykDCo/dj4wBfHaRauRkgAxBFp5GOLi6FQv6BNu2VppjsX9f9g7EaFac3dup21tTtbv550RugRwXliexSXJ39+BQgA6uA3wE2/FvjNyVorvdcV3w3KE8bK91ErfSTWiHFvyqp7AnJ0GJ+HfAjVnOd23MOqddmXG9WG1ePRTUSmdHtYTcRelsfZ7V4lVwvt07FLrY/nK3z63z4ejIRtfwNB0wVZK0KPnP84IyZ8Coc7Kj585wl+XNWJbTWBiaEHZlhKSclSTaXuIJn56JssVcdXcyouFLnYqlJfMOoF72+nv//8KHifhx1FN/kWLS0Lqt58Aw== x y',
    4096,
    'SHA256:Q8RdUOXEdu4O/iQs2OQ8NUJeUvaLdaQ+oTbLEPjmZ7U',
  ],
  [
    'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBPT319IBjZfopfdcxEbitavt4Zeg29QEHaB7XLlzs/nEO0kVcsavxRzAzAH+BG0vfoAfEIik/fTY++uaCo2fa54= x y',
    256,
    'SHA256:WT13QIgigSfWmsxXde0DDYMnLyq236pZ7c3XZOvwnZc',
  ],
  [
    'ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBDHTld9vlUOYtXWVmfyn+8aaYkgji1/ih0SJMLCS7EEfzwP1E+A5sbkFbEvbOnN2zxG60MWY06YQPFK71BRV6495BU1Nk9zTfU4TJUHqLHX442//W2RWPkfomy4DrjZ4LA== x y',
    384,
    'SHA256:Ep/YrePakowgo5S0V9KjqcloaOca0qboe1ZYd9p2aQc',
  ],
  [
    'ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAD7HWe9rstZPcC5xTTEKKsyl+drM+lv9To13gM9KI2i/hhj15Cv+SZOiCaExaO74OpBwJMKjJVk3mEki5VXuSivEwHjYrfXpZ8J5JFCCba26MWWkAqlHbXI1uwMPT9772PO26loTFqmJtvGBTNrBXlNaEYmah6rPgFRshmtdtjvKk0adQ== x y',
    521,
    'SHA256:iCQ8iFJ4NqcGmVidEz/TK7xe/VFHRt4eKQvOWR+cg1Y',
  ],
  [
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHPTugPA5GcyHn4DbRXrcSp+pBM9Ifoaw/FaCAPs8jgk x y',
    256,
    'SHA256:zyBsCtPLx9wPlpoPBNyqOjmqQfu+doaIcNFJ3hJp7xE',
  ],
]

for (const [line, bits, fingerprint] of vectors) {
  test(`${line.split(' ')[0]} ${bits} reads as ssh-keygen reads it`, () => {
    const key = parsePublicKey(line)
    assert.not('reason' in key)
    assert.equal(key, { type: line.split(' ')[0], blob: line.split(' ')[1], comment: 'x y', bits, fingerprint })
  })
}

test('a security key with its application is read', () => {
  const field = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes])
  const type = 'sk-ssh-ed25519@openssh.com'
  const blob = Buffer.concat([type, 'k'.repeat(32), 'ssh:'].map((text) => field(Buffer.from(text)))).toString('base64')
  const key = parsePublicKey(`${type} ${blob} yubikey`)
  assert.is('bits' in key && key.bits, 256)
})

test('no cut, doubled or changed blob is taken for a key', () => {
  const [line] = vectors.at(-1) as (typeof vectors)[number]
  const [type = '', blob = ''] = line.split(' ')
  const bytes = Buffer.from(blob, 'base64')
  for (let length = 0; length < bytes.length; length += 1) {
    assert.ok('reason' in parsePublicKey(`${type} ${bytes.subarray(0, length).toString('base64')}`), `${length} bytes`)
  }
  assert.ok('reason' in parsePublicKey(`${type} ${Buffer.concat([bytes, bytes]).toString('base64')}`))
  assert.ok('reason' in parsePublicKey(`${type} ${blob.slice(0, 20)}!${blob.slice(20)}`))
})

test('whatever stands there, nothing is thrown and no text of it is repeated', () => {
  fc.assert(
    fc.property(anyText({ minLength: 12 }), (text) => {
      const key = readPublicKey(text)
      assert.ok('reason' in key)
      assert.not(`${key.message} ${key.hint}`.includes(text.trim()) && text.trim().length > 8)
    }),
    { numRuns: 500 },
  )
})

test('a comment loses its control and invisible characters', () => {
  const [line] = vectors[0] as (typeof vectors)[number]
  const key = parsePublicKey(`${line}\u001b[2J\u202e`)
  assert.is('comment' in key && key.comment, 'x y[2J')
})

test('private keys of every kind are known as such', () => {
  const made = ['OPENSSH ', 'RSA ', 'EC ', 'ENCRYPTED ', ''].map((kind) => `-----BEGIN ${kind}PRIVATE KEY-----\nAAAA`)
  for (const text of [...made, 'PuTTY-User-Key-File-2: ssh-rsa', '-----BEGIN PGP PRIVATE KEY BLOCK-----']) {
    const key = readPublicKey(text)
    assert.is('reason' in key && key.reason, 'private', text)
  }
})
