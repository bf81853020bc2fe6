import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { algorithmsIn, algorithmsOf } from '../../src/device/sshd/algorithms.ts'
import { keywordsOf, scopeOf } from '../../src/device/sshd/keywords.ts'
import { type Line, splitLine } from '../../src/device/sshd/tokens.ts'
import { valueRefusal } from '../../src/device/sshd/values.ts'
import { suite } from '../support/suite.ts'
import { attemptIn, runIn } from './support/chroot.ts'
import { debianRoot, discard, releases, scratch } from './support/roots.ts'

const test = suite('sshd keywords, asked of sshd')

/** Values of every kind: each judged keyword is tried with each. */
const values = [
  ...['yes', 'no', 'YES', 'maybe', 'none', 'any', 'all', 'local', 'remote', 'inet', 'delayed', 'sha256', 'md5', 'SHA1'],
  ...['clientspecified', 'shosts-only', 'prohibit-password', 'forced-commands-only', 'ethernet', 'INFO', 'DEBUG4'],
  ...['AUTHPRIV', 'LOCAL7', 'LOCAL8', '0', '3', '-1', '30', '2m', '1h30m', '1y', '10:30:60', '10:101:60', '0177', '9'],
  ...[
    '192.0.2.1',
    '::1',
    'aes256-ctr',
    'hmac-sha2-256',
    'curve25519-sha256',
    'ssh-ed25519',
    '+aes256-ctr',
    '-nothing*',
  ],
  ...['^hmac-sha2-512', 'mlkem768x25519-sha256', 'ssh-dss', 'aes256-ctr,nothing', 'gss-gex-sha1-', '/etc/issue', 'a b'],
  ...[
    '60:30:10',
    '999999999w',
    '999999999',
    '3550w',
    '3551w',
    '/run/sshd.pid',
    '/etc/shadow',
    '-*',
    '%h',
    '0',
    '0177 1',
  ],
  ...[
    'publickey',
    'publickey,password password',
    'Publickey',
    'publickey,',
    'any publickey',
    'none publickey',
    'hostbased',
  ],
  ...[
    'keyboard-interactive:pam',
    'keyboard-interactive:x',
    'publickey:x',
    'password,gssapi-with-mic',
    'publickey publickey',
  ],
  ...[
    'A=b C=d',
    'A=',
    '=b',
    '1=2',
    'LANG LC_*',
    '"A=b c"',
    'A.b',
    'session=5',
    'session:shell=1h *=0',
    'session=none',
    '=5',
    'a=1y',
  ],
  ...[
    'af11',
    'AF11 cs7',
    'le',
    'ef ef ef',
    '255',
    '256',
    '0x20',
    'lowdelay 16',
    'kex.c:*:1000,packet.c',
    '*:f():1 b',
    'none a',
    '#',
  ],
  ...[
    '80',
    '*',
    '*:*',
    'localhost:80',
    '[::1]:80 a.b-c_d:*',
    '::1:80',
    'a:0',
    'a:65535',
    'a:65536',
    '[::1]',
    'host:http',
    'any 80',
  ],
  ...['touch-required', 'verify-required touch-required', 'verify-required,touch-required', 'none touch-required'],
  ...[
    'default',
    'default none',
    '1G 1h',
    '1k',
    '1',
    '16',
    '999999G',
    '9999999G',
    'default 1h 3',
    'none none',
    '0K 0',
    '1T',
  ],
  ...[
    '32',
    '32:128',
    '33',
    '24:129',
    '0:0',
    '32:',
    'crash:1h',
    'authfail:5 noauth:1s max:10m min:15',
    'foo:1',
    'yes crash:1',
  ],
  ...[
    'max-sources4:5',
    'overflow:permissive',
    'crash:x',
    'min:1h max:1',
    '192.0.2.0/24,::1',
    '192.0.2.1/24',
    '10.*',
    '10.0.0.0/8,x',
  ],
  ...[
    '0.0.0.0/0',
    '::/0',
    'fe80::/10',
    'fe80::/9',
    '2001:db8::/29',
    '2001:db8::/28',
    '::1/127',
    '1::2:0/112',
    '::ffff:1.2.3.4/128',
  ],
  ...[
    '::ffff:1.2.3.4',
    '192.0.2.1/33',
    '192.0.2.1/32',
    '!10.0.0.1',
    'hello world',
    'sudo a* !b',
    '/bin/sh -c "a b"',
    'fe80::1%lo',
  ],
]

/** Keywords that stand in the program only as the end of a longer word, or nowhere. */
const others = ['hostkey', 'rsaauthentication', 'keepalive', 'banner', 'macs', 'port']

/** sshd starts with these and ends every connection. */
const sterner = ['PermitOpen any 80', 'PermitListen any 80']

for (const release of releases) {
  let root: string
  test.before(() => {
    root = scratch(debianRoot(release, 'full'))
    runIn(root, ['ssh-keygen', '-A'])
  })
  test.after(() => discard(root))

  /** What `sshd -t` says to each of many configurations. */
  const judge = (texts: readonly string[]): readonly { readonly ok: boolean; readonly said: string }[] => {
    writeFileSync(join(root, 'tmp/texts'), texts.map((text) => `${text}\u0001`).join(''))
    const script = `
      while IFS= read -r -d $'\\001' text; do
        printf '%s' "$text" > /tmp/one.conf
        said=$(/usr/sbin/sshd -t -f /tmp/one.conf 2>&1) && printf '\\001+%s' "$said" || printf '\\001-%s' "$said"
      done < /tmp/texts`
    const answers = runIn(root, ['bash', '-uc', script], { timeout: 300 }).split('\u0001').slice(1)
    assert.is(answers.length, texts.length)
    return answers.map((answer) => ({ ok: answer.startsWith('+'), said: answer.slice(1) }))
  }

  test(`${release}: the table of keywords has what sshd has, with the place where it is allowed`, () => {
    const words = "tr -c 'a-z0-9' '\\n' < /usr/sbin/sshd | grep -xE '[a-z0-9]{4,32}' | sort -u"
    const program = runIn(root, ['sh', '-c', words]).trim().split('\n')
    const strange = program.filter((word) => scopeOf(release, word) === undefined)
    const [bad] = judge([strange.map((word) => `${word} yes\n`).join('')])
    assert.is(bad?.said.match(/Bad configuration option/g)?.length, strange.length)

    const known = [
      ...new Set([...program.filter((word) => !strange.includes(word)), ...keywordsOf(release), ...others]),
    ]
    assert.ok(known.length > 110, `only ${known.length} keywords`)
    const plain = judge(known.map((word) => `${word} yes\n`))
    const below = judge(known.map((word) => `Match user x\n${word} yes\n`))
    for (const [i, word] of known.entries()) {
      const said = plain[i]?.said ?? ''
      assert.not.match(said, 'Bad configuration option')
      const isIgnored = /Deprecated option|Unsupported option/.test(said) || word === 'protocol'
      const isGlobal = below[i]?.said.includes('not allowed within a Match block')
      assert.is(scopeOf(release, word), isIgnored ? 'ignored' : isGlobal ? 'global' : 'match', `${word}: ${said}`)
    }
  })

  test(`${release}: what a list of algorithms gives is what sshd says it has`, () => {
    const kinds = { Ciphers: 'cipher', MACs: 'mac', KexAlgorithms: 'kex', HostKeyAlgorithms: 'key' } as const
    const lists: Readonly<Record<keyof typeof kinds, readonly string[]>> = {
      Ciphers: ['+aes128-cbc', '^3des-cbc', '-aes*', 'aes256-ctr,3des-cbc'],
      MACs: ['+hmac-md5', '-umac-64*,hmac-sha1*', 'hmac-sha2-256,hmac-sha1-96'],
      KexAlgorithms: ['+diffie-hellman-group1-sha1', '^curve25519-sha256', '-ecdh-*', 'curve25519-sha256'],
      HostKeyAlgorithms: ['+ssh-rsa', '-ecdsa-*', 'ssh-ed25519'],
    }
    for (const [keyword, kind] of Object.entries(kinds)) {
      for (const list of [undefined, ...lists[keyword as keyof typeof kinds]]) {
        const option = list === undefined ? [] : ['-o', `${keyword}=${list}`]
        const said = runIn(root, ['/usr/sbin/sshd', '-T', '-f', '/dev/null', ...option])
        const has = new RegExp(`^${keyword} (.*)$`, 'im').exec(said)?.[1]?.split(',')
        assert.equal([...algorithmsIn(release, kind, list)].sort(), has?.sort(), `${keyword} ${list}`)
      }
    }
  })

  test(`${release}: with what is let through sshd starts, with what is refused it does not`, () => {
    // Of these the value alone does not decide: files, other lines, or what the device has.
    const elsewhere = /^(Include|Match|HostKey|ListenAddress|Subsystem|SshdAuthPath|SshdSessionPath)$/
    const keywords = keywordsOf(release).filter((keyword) => !elsewhere.test(keyword))
    const pairs = keywords.flatMap((keyword) => values.map((value) => [keyword, value] as const))
    const isRefused = (pair: readonly [string, string]) => {
      const { keyword, args, rest } = splitLine(pair.join(' ')) as Line
      return valueRefusal(release, keyword, args, rest) !== undefined
    }
    // Each keyword stands once in a configuration: of some, sshd does not look at a second line. What would make
    // values of two keywords contradict each other is set before.
    const methods = ['Password', 'Pubkey', 'KbdInteractive', 'Hostbased', 'GSSAPI'].map((m) => `${m}Authentication yes`)
    const users = ['AuthorizedKeysCommandUser nobody', 'AuthorizedPrincipalsCommandUser nobody']
    const fixed = [...methods, ...users, 'AddressFamily any', 'HostKey /etc/ssh/ssh_host_ed25519_key', ''].join('\n')
    const nth = new Map<string, number>()
    const texts: string[] = []
    for (const pair of pairs.filter((one) => !isRefused(one))) {
      const [keyword] = pair
      const n = nth.get(keyword) ?? 0
      nth.set(keyword, n + 1)
      texts[n] = `${texts[n] ?? fixed}${pair.join(' ')}\n`
    }
    for (const { ok, said } of judge(texts)) assert.ok(ok, said)
    for (const keyword of keywords) {
      if (keyword !== 'RDomain') assert.ok(nth.has(keyword), `no value of ${keyword} is let through`)
    }

    const refused = pairs.filter(isRefused).filter((_, i) => i % 8 === 0)
    const answers = judge(refused.map((pair) => `${pair.join(' ')}\n`))
    assert.equal(
      refused.filter((pair, i) => answers[i]?.ok && !sterner.includes(pair.join(' '))).map((pair) => pair.join(' ')),
      [],
    )
  })

  test(`${release}: the algorithms`, () => {
    for (const [kind, query] of Object.entries({
      cipher: 'cipher',
      mac: 'mac',
      kex: 'kex',
      key: 'HostKeyAlgorithms',
    })) {
      const known = runIn(root, ['ssh', '-Q', query]).trim().split('\n').sort()
      assert.equal([...algorithmsOf(release, kind as 'cipher')].sort(), known)
    }
    assert.is(attemptIn(root, ['ssh', '-Q', 'nothing']).status, 255)
  })
}
