import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { base64, utf8, utf8Text } from '../../../../src/base/host/bytes.ts'
import { sha256 } from '../../../../src/base/host/hash.ts'
import type { AuditFinding } from '../../../../src/core/audit/finding.ts'
import { auditPage, type Report } from '../../../../src/core/audit/page/page.ts'
import { NO_ROLE, type Role } from '../../../../src/core/audit/role.ts'
import { sha512crypt } from '../../../../src/device/formats/sha512crypt.ts'
import { anyText } from '../../../support/any-text.ts'
import { suite } from '../../../support/suite.ts'
import { type Audited, audited, reportOf, USED } from './reports.ts'

const test = suite('audit: the page')

const pageOf = (report: Report) => utf8Text(auditPage(report))
const idsIn = (page: string) => [...page.matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id)
const linksIn = (page: string) => [...page.matchAll(/ href="#([^"]+)"/g)].map(([, id = '']) => id)
const role: Role = { ...NO_ROLE, exposure: 'internet', place: 'public', holds: ['credentials'], controls: ['door'] }

const stock = audited({})
const used = audited(USED)
const reports: Readonly<Record<string, Report>> = {
  'a stock image': reportOf([stock]),
  'a used image': reportOf([used]),
  'an image with a role': reportOf([audited(USED, role)], role),
  'two images': reportOf([used, stock]),
  'an image of which nothing is found': reportOf([
    { ...stock, audit: { ...stock.audit, findings: [], proof: { ...stock.audit.proof, intruders: [], open: [] } } },
  ]),
}

for (const [title, report] of Object.entries(reports)) {
  test(`${title}: the same bytes a second time, and a policy for its own style alone`, () => {
    const page = pageOf(report)
    assert.is(page, pageOf(report))
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? ''
    const digest = base64(sha256(utf8(style)))
    const policy = `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`
    assert.ok(page.includes(`content="${policy}"`), 'the policy names the style')
    assert.not.match(page, /<script|<link|<img|<iframe|\sstyle=|\son\w+=|https?:|url\((?!#)/)
  })

  test(`${title}: each finding is in the list once, and every link leads to one place of the page`, () => {
    const page = pageOf(report)
    const ids = idsIn(page)
    assert.is(new Set(ids).size, ids.length, 'an id is there twice')
    assert.equal(
      linksIn(page).filter((id) => !ids.includes(id)),
      [],
    )
    const inMatrix = new Set(linksIn(page).filter((id) => /^f\d+$/.test(id)))
    assert.equal([...inMatrix].sort(), ids.filter((id) => /^f\d+$/.test(id)).sort())
  })
}

test('of two images: what is closed, new and left, with the numbers of one row', () => {
  const page = pageOf(reportOf([used, audited({ '/root/.npmrc': 'x' })]))
  const classes = [...page.matchAll(/<li class="finding \w+ by-\w+ (\w*)"/g)].map(([, status = '']) => status)
  assert.equal(new Set(classes), new Set(['closed', 'new', 'left']))
  assert.is(page.match(/<table class="matrix">/g)?.length, 2)
  assert.is(page.match(/<svg class="picture"/g)?.length, 2)
})

test('the role, and what it makes of a finding', () => {
  const page = pageOf(reportOf([audited(USED, role)], role))
  assert.match(page, '<dd>exposure: <b>internet</b></dd>')
  assert.match(page, 'Judged so because the internet reaches it, and it holds credentials, and it controls door.')
  assert.match(pageOf(reportOf([stock])), 'no role was given')
})

/** The page's own tags, with the attributes' values left out. */
const tagsIn = (page: string) =>
  new Set([...page.matchAll(/<\/?[^>]*>/g)].map(([tag]) => tag.replaceAll(/"[^"]*"/g, '""')))

const shell = (one: Audited, text: string): Audited => {
  const findings = one.audit.findings.map(
    (finding): AuditFinding => ({
      ...finding,
      subject: text,
      because: text,
      reasons: [text],
      cure: { spec: text },
      ...(finding.at && { at: { ...finding.at, file: text } }),
    }),
  )
  const intruders = one.audit.proof.intruders.map((way) => ({ ...way, user: text, fingerprint: text }))
  return {
    ...one,
    name: text,
    title: text,
    hostname: text,
    audit: { ...one.audit, findings, proof: { ...one.audit.proof, intruders } },
  }
}

test('whatever an image says is text: no tag of its own, nothing invisible, nothing that turns around', () => {
  const known = tagsIn(pageOf(reportOf([shell(used, 'x')], { ...NO_ROLE, holds: ['x'], controls: ['x'] })))
  const breaking = fc.constantFrom(
    '<script>',
    '"><b>',
    "'",
    '&lt;',
    '</style>',
    '-->',
    '\u202e',
    '\u0000',
    '\u0001',
    '%>',
  )
  const text = fc.oneof(
    anyText({ minLength: 1, maxLength: 40 }),
    fc
      .array(fc.oneof(breaking, fc.string({ maxLength: 5 })), { minLength: 1, maxLength: 8 })
      .map((all) => all.join('')),
  )
  fc.assert(
    fc.property(text, (said) => {
      const page = pageOf(reportOf([shell(used, said)], { ...NO_ROLE, holds: [said], controls: [said] }))
      for (const tag of tagsIn(page)) assert.ok(known.has(tag), tag)
      assert.not.match(page.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
    }),
    { numRuns: 150 },
  )
})

test('nothing secret of an image is on its page', () => {
  const word = fc.stringMatching(/^[A-Za-z0-9]{12,24}$/)
  fc.assert(
    fc.property(fc.array(word, { minLength: 8, maxLength: 8 }), (words) => {
      const [password, psk, key, token, salt, line, typed, sudo] = words.map((one) => `zq${one}`) as string[]
      const hash = sha512crypt(password as string, (salt as string).slice(0, 16), 5000).replace('rounds=5000$', '')
      const shadow = USED['/etc/shadow'] as { readonly text: string }
      const planted = {
        ...USED,
        '/etc/shadow': { ...shadow, text: shadow.text.replace(/eve:[^:]+:/, `eve:${hash}:`) },
        '/etc/sudoers.d/eve': { text: `eve ALL=(ALL) NOPASSWD: /opt/${sudo}\n`, mode: 0o440 },
        '/root/.ssh/id_ed25519': `-----BEGIN OPENSSH PRIVATE KEY-----\n${key}\n-----END OPENSSH PRIVATE KEY-----\n`,
        '/root/.git-credentials': `https://eve:${token}@example.org\n`,
        '/root/.bash_history': `mosquitto_pub -P ${typed}\n`,
        '/etc/NetworkManager/system-connections/kit.nmconnection': {
          text: `[wifi-security]\nkey-mgmt=wpa-psk\npsk=${psk}\n`,
          mode: 0o600,
        },
        '/usr/lib/systemd/system/kit.service': `[Service]\nEnvironmentFile=/etc/kit.env\nExecStart=/usr/sbin/telnetd $KIT\n`,
        '/etc/kit.env': { text: `KIT=${line}\n`, mode: 0o600 },
        '/etc/systemd/system/multi-user.target.wants/kit.service': { link: '/usr/lib/systemd/system/kit.service' },
        'boot:/userconf.txt': `pi:${hash}\n`,
        'boot:/wpa_supplicant.conf': `network={\n  ssid="kit"\n  psk="${psk}"\n}\n`,
        'boot:/custom.toml': `[user]\nname = "pi"\npassword = "${password}"\n`,
      }
      const one = audited(planted)
      for (const report of [reportOf([one]), reportOf([one, stock])]) {
        const page = pageOf(report)
        for (const secret of [hash, hash.split('$').at(-1), password, psk, key, token, line, typed, sudo])
          assert.not.ok(page.includes(secret as string), secret)
      }
    }),
    { numRuns: 12 },
  )
})
