import * as assert from 'uvu/assert'
import { proxy } from '../../../src/core/controls/proxy.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import { runControl, secondRunDiffers } from '../../support/control.ts'
import { textOf, write } from '../../support/edit.ts'
import { planOf } from '../../support/plan.ts'
import { everySample } from '../../support/samples.ts'
import { parse, smallSpec, specOf } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('proxy')

const APT = '/etc/apt/apt.conf.d/52pibake-proxy'
const URL = 'http://proxy.example.org:3128'
const specWith = (own?: object) => ({ ...smallSpec(), device: { proxy: own } })
const spec = specOf(specWith({ url: URL, except: ['.example.org', 'mirror.local', '192.0.2.1'] }))
const BLOCK = `# pibake: device.proxy
http_proxy=${URL}
https_proxy=${URL}
no_proxy=localhost,127.0.0.1,::1,.example.org,mirror.local,192.0.2.1
# pibake: end of device.proxy
`

for (const { title, options } of everySample()) {
  test(`${title}: apt and the environment know the proxy, and forget it with the key`, () => {
    const image = samplePiOs(options)
    const first = runControl(proxy, spec, image)
    assert.is(
      textOf(first.target.root, APT),
      [
        '// Written by pibake.',
        `Acquire::http::Proxy "${URL}";`,
        `Acquire::https::Proxy "${URL}";`,
        ...['mirror.local', '192.0.2.1'].flatMap((host) => [
          `Acquire::http::Proxy::${host} "DIRECT";`,
          `Acquire::https::Proxy::${host} "DIRECT";`,
        ]),
        '',
      ].join('\n'),
    )
    assert.ok(textOf(first.target.root, '/etc/environment').endsWith(BLOCK))
    assert.equal(secondRunDiffers(proxy, spec, first), [])
    assert.equal([...runControl(proxy, specOf(smallSpec()), image).operations], [])
    const gone = runControl(proxy, specOf(smallSpec()), first.target).target.root
    assert.is(gone.read(APT), undefined)
    assert.not.match(textOf(gone, '/etc/environment'), 'proxy')
  })
}

test('other lines of the environment stay, with a last line that has no end', () => {
  const image = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
  write(image.root, '/etc/environment', 'LANG=C\nA=b')
  const first = runControl(proxy, spec, image)
  assert.is(textOf(first.target.root, '/etc/environment'), `LANG=C\nA=b\n${BLOCK}`)
  const other = specOf(specWith({ url: 'http://192.0.2.9:8080' }))
  const second = runControl(proxy, other, first.target).target.root
  assert.match(
    textOf(second, '/etc/environment'),
    /^LANG=C\nA=b\n# pibake: device\.proxy\nhttp_proxy=http:\/\/192\.0\.2\.9:8080\n/,
  )
  assert.is(
    textOf(runControl(proxy, specOf(smallSpec()), first.target).target.root, '/etc/environment'),
    'LANG=C\nA=b\n',
  )
})

test('what is not a proxy is refused, and a password is not repeated', () => {
  const said = (own: object) =>
    parse(specWith(own)).problems.map(({ code, path }) => `${code} ${path.slice(2).join('.')}`)
  for (const url of ['http://proxy', 'https://192.0.2.1:8443/', 'http://a.example:1'])
    assert.equal(said({ url }), [], url)
  for (const url of [
    'proxy:3128',
    'socks5://proxy:1',
    'http://proxy:0',
    'http://proxy:65536',
    'http://proxy/path',
    'http://',
  ])
    assert.equal(said({ url }), ['NET028 url'], url)
  assert.equal(said({ url: URL, except: ['*.example.org', '10.0.0.0/8', '.example.org', '::1'] }), [
    'NET028 except.0',
    'NET028 except.1',
  ])
  const { problems } = parse(specWith({ url: 'http://kit:hunter2@proxy:3128' }))
  assert.equal(
    problems.map(({ code }) => code),
    ['NET028'],
  )
  assert.not.match(JSON.stringify(problems), 'hunter2')
})

test('a later file of apt that names another proxy is said', () => {
  const tamper = (root: ReturnType<typeof samplePiOs>['root']) =>
    write(root, '/etc/apt/apt.conf.d/99other', 'Acquire::http::Proxy "http://192.0.2.66:1";\n')
  const notes = planOf(specWith({ url: URL }), { tamper }).notes.map(({ message }) => message)
  assert.ok(
    notes.some((message) => message.startsWith('/etc/apt/apt.conf.d/99other:1 wins over')),
    notes.join(),
  )
})

test('a firewall that is shut on the way out has to let the proxy be asked, and no archive', () => {
  const said = (port: number) => {
    const rules = ['limit 22/tcp', 'allow out 53/udp', 'allow out 123/udp', `allow out ${port}/tcp`]
    const found = parse({ ...specWith({ url: URL }), firewall: { outgoing: 'deny', rules } })
    return found.problems.map(({ code, hint }) => `${code} ${hint}`)
  }
  assert.equal(said(3128), [])
  assert.equal(said(443), ['FWL021 rules: allow out 3128/tcp'])
})
