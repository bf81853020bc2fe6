import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/base/host/assets.ts'
import { type Code, codes, isCode } from '../../src/base/report/codes.ts'
import type { MemoryTree } from '../../src/storage/tree/memory.ts'
import { append, readPage, reportOf, withReport } from '../support/error-page.ts'
import { assertGenerated } from '../support/generated.ts'
import { suite } from '../support/suite.ts'

/** Codes that no spec alone provokes, and what else it takes. Their pages say it; the tests named here provoke them. */
const WITHOUT_SPEC: Readonly<Record<string, string>> = {
  YML001: 'bytes that are not UTF-8: spec/positions.test.ts',
  YML005: 'a file of more than 1 MiB: spec/positions.test.ts',
  YML008: 'a character that is not shown: spec/positions.test.ts',
  SPC008: 'the mode of a file: spec/load.test.ts',
  SPC014: 'a flag: cli/confine.test.ts',
  SPC010: 'more than a thousand entries: spec/positions.test.ts',
  SPC099: 'SPC006 comes first: plan/encoded.test.ts',
  F2B018: 'KEY007 comes first: system/fail2ban.test.ts',
  PKG004: 'archives of packages: system/packages-archive.test.ts',
  PKG009: 'gpgv and a signature: system/signed-debs.test.ts',
  FLT002: 'an inventory: core/spec-file/device-values.test.ts',
  FLT003: 'an inventory: core/spec-file/device-values.test.ts',
  FLT004: 'an inventory: write/fleet/inventory.test.ts',
  FLT005: 'an inventory: write/fleet/inventory.test.ts',
  FLT006: 'an inventory: cli/fleet.test.ts',
  FLT007: 'an inventory: core/spec-file/device-values.test.ts',
  FLT008: 'an inventory: write/fleet/inventory.test.ts',
  FLT009: 'a command line: write/seal/seal.test.ts',
  NET022: 'NET006 and NET007 come first: network/network.test.ts',
}

/** What a page says of its image in words, or takes for granted. */
const PLANTED: Readonly<Record<string, (root: MemoryTree) => void>> = {
  USR020: (root) => append(root, '/etc/shadow', 'kiosk:!:20000::::::\n'),
  USR022: (root) => append(root, '/etc/shadow', 'kiosk:!:20000::::::\n'),
  USR026: (root) => directory(root, '/home/alice', 1234),
  FWL013: (root) => {
    append(root, '/usr/lib/systemd/system/firewalld.service', '[Service]\nExecStart=/usr/sbin/firewalld\n')
    const target = '/usr/lib/systemd/system/firewalld.service'
    const link = '/etc/systemd/system/multi-user.target.wants/firewalld.service'
    root.nodes.set(link, { kind: 'symlink', target, uid: 0, gid: 0 })
  },
  NET023: (root) => {
    const status = new TextDecoder().decode(root.read('/var/lib/dpkg/status'))
    root.nodes.delete('/var/lib/dpkg/status')
    append(root, '/var/lib/dpkg/status', status.replace('Package: network-manager\n', 'Package: ifupdown\n'))
  },
  ACC033: ({ nodes }) => {
    const target = '/etc/systemd/system/kiosk.service'
    const link = '/etc/systemd/system/multi-user.target.wants/kiosk.service'
    nodes.set(link, { kind: 'symlink', target, uid: 0, gid: 0 })
  },
  ACC009: (root) => directory(root, '/home', 0, 0o700),
  ACC032: (root) => {
    const passwd = new TextDecoder().decode(root.read('/etc/passwd')).replace('root:x:', 'root::')
    root.nodes.delete('/etc/passwd')
    append(root, '/etc/passwd', passwd)
  },
  ACC052: (root) => append(root, '/usr/lib/aarch64-linux-gnu/security/pam_panel.so', ''),
  ACC056: (root) => append(root, '/usr/lib/aarch64-linux-gnu/libnss_ldap.so.2', ''),
  ACC058: ({ nodes }) => {
    const menu = nodes.get('/usr/local/bin/menu')
    if (menu?.kind === 'file') nodes.set('/usr/local/bin/menu', { ...menu, mode: 0o755 })
  },
  ACC030: (root) => {
    append(root, '/etc/shadow', 'kiosk:!:20000::::::\n')
    directory(root, '/home/kiosk', 1500)
    directory(root, '/home/kiosk/.ssh', 1500)
  },
}

const test = suite('generated: pages of the error codes')
const folder = join(packageRoot, 'docs/errors')

test('every code has a page, and every page a code', () => {
  assert.equal(
    readdirSync(folder).sort(),
    Object.keys(codes)
      .map((code) => `${code}.md`)
      .sort(),
  )
})

for (const code of Object.keys(codes).filter(isCode)) {
  const name = `${code}.md`
  test(code, () => {
    const page = readPage(withHead(readFileSync(join(folder, name), 'utf8'), code))
    assert.is(page.example === undefined, WITHOUT_SPEC[code] !== undefined, 'it has an example, or a reason for none')
    if (page.example === undefined) return assertGenerated(`docs/errors/${name}`, page.text)
    const { wrong, right, command } = page.example
    const plant = PLANTED[code] ?? (() => {})
    const said = reportOf(page, wrong, command, plant)
    assertGenerated(`docs/errors/${name}`, withReport(page, said.report))
    assert.ok(said.codes.has(code), `${code} does not come, but: ${said.report}`)
    assert.equal(strangers(page.text, said.codes, code), [], 'what comes along is named')
    const marked = wrong.split('\n').flatMap((line, i) => (line.endsWith(`# ${code}`) ? [i + 1] : []))
    const found = [...said.report.matchAll(new RegExp(`^pibake\\.yaml:(\\d+):\\d+ \\w+ ${code} `, 'gm'))]
    assert.equal(marked, [...new Set(found.map(([, line]) => Number(line)))], 'the mark is on the line of the message')
    const mended =
      right === undefined
        ? reportOf({ ...page, files: [] }, wrong, command, () => {})
        : reportOf(page, right, command, plant)
    assert.equal(strangers(page.text, mended.codes), [], mended.report)
    assert.not(mended.isRefused, mended.report)
    assert.not(mended.codes.has(code), mended.report)
  })
}

/** The page with its code, the code's name and its meaning at the head. */
function withHead(text: string, code: Code): string {
  const [name, meaning] = codes[code]
  return text.replace(/^# .*\n\n.*\n/, () => `# ${code} ${name}\n\n${meaning}\n`)
}

/** The codes, but for `own` and those that the page has a link to. */
function strangers(text: string, found: ReadonlySet<string>, own?: string): readonly string[] {
  return [...found].filter((code) => code !== own && !text.includes(`[${code}](${code}.md)`))
}

function directory({ nodes }: MemoryTree, path: string, id: number, mode = 0o755): void {
  nodes.set(path, { kind: 'directory', mode, uid: id, gid: id })
}
