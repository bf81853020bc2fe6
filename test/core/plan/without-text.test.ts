import * as assert from 'uvu/assert'
import { loginCard, unprovedReport } from '../../../src/core/presentation/print-access.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import type { MemoryNode, MemoryTree } from '../../../src/storage/tree/memory.ts'
import { compiled } from '../../support/plan.ts'
import { fullSpec, sound } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('messages repeat nothing of a file that not everybody may read')

const MARK = 'zq9mark'

/** What a file of the image may say so that pibake speaks of it, word for word where everybody may read it. */
const SAID: Readonly<Record<string, string>> = {
  '/etc/ssh/sshd_config.d/x.conf': `Foo${MARK} yes`,
  '/etc/ssh/sshd_config.d/y.conf': `ListenAddress ${MARK}`,
  '/etc/sudoers.d/zzz': `bob ALL=(root) NOPASSWD: /usr/bin/${MARK}`,
  '/etc/default/ssh': `SSHD_OPTS="-o ${MARK}"`,
  '/etc/fail2ban/jail.d/x.conf': `[sshd]\naction = ${MARK}`,
  '/etc/fail2ban/jail.d/y.conf': `[${MARK}]\nenabled = true`,
  '/etc/fail2ban/filter.d/sshd.local': `[Definition]\nfailregex = (${MARK}`,
  '/etc/fail2ban/fail2ban.d/x.conf': `[Definition]\nloglevel = ${MARK}`,
  '/etc/sysctl.d/99-zzz.conf': `kernel.kptr_restrict = ${MARK}`,
  '/etc/ufw/sysctl.conf': `kernel/kptr_restrict=${MARK}`,
  '/etc/apt/apt.conf.d/99zz': `APT::Periodic::Unattended-Upgrade "${MARK}";`,
  '/etc/security/limits.d/zz.conf': `* hard core ${MARK}`,
  '/etc/systemd/journald.conf.d/zz.conf': `[Journal]\nStorage=${MARK}`,
  '/etc/hosts.deny': `sshd: ${MARK}.example`,
  '/etc/ld.so.preload': `/lib/${MARK}.so`,
  '/etc/fstab': `LABEL=${MARK} /etc ext4 defaults 0 2`,
  '/var/lib/dpkg/statoverride': `root root 4755 /usr/bin/${MARK}`,
  '/etc/sudo.conf': `Plugin sudoers_policy ${MARK}.so`,
  '/home/alice/.profile': `exec ${MARK}`,
}

/** Folders and files that programs read, in each of which a link can stand. */
const READ = [
  ...Object.keys(SAID),
  '/etc/NetworkManager/conf.d/x.conf',
  '/etc/NetworkManager/system-connections/x.nmconnection',
  '/etc/apt/preferences.d/x',
  '/etc/apt/sources.list.d/x.list',
  '/etc/apt/sources.list.d/x.sources',
  '/etc/cron.d/x',
  '/etc/doas.conf',
  '/etc/environment',
  '/etc/fail2ban/action.d/nftables.local',
  '/etc/hosts.allow',
  '/etc/iptables/rules.v4',
  '/etc/login.defs',
  '/etc/modprobe.d/zzz.conf',
  '/etc/network/interfaces.d/x',
  '/etc/nftables.conf',
  '/etc/pam.d/sshd',
  '/etc/polkit-1/rules.d/x.rules',
  '/etc/profile.d/x.sh',
  '/etc/rc.local',
  '/etc/securetty',
  '/etc/security/access.conf',
  '/etc/security/pam_env.conf',
  '/etc/systemd/system-preset/00-a.preset',
  '/etc/systemd/system.conf.d/x.conf',
  '/etc/systemd/system/getty@tty1.service.d/x.conf',
  '/etc/systemd/system/multi-user.target.wants/x.service',
  '/etc/systemd/system/ssh.service.d/x.conf',
  '/etc/sysusers.d/x.conf',
  '/etc/tmpfiles.d/x.conf',
  '/etc/udev/rules.d/x.rules',
  '/etc/ufw/after.rules',
  '/etc/ufw/applications.d/x',
  '/etc/ufw/before.rules',
  '/etc/wpa_supplicant/wpa_supplicant.conf',
]

const root = { uid: 0, gid: 0 }
const file = (text: string, mode: number): MemoryNode => ({
  kind: 'file',
  content: new TextEncoder().encode(text),
  mode,
  ...root,
})

function put(tree: MemoryTree, path: string, node: MemoryNode): void {
  const parts = path.split('/')
  for (let i = 2; i < parts.length; i++) {
    const folder = parts.slice(0, i).join('/')
    if (!tree.nodes.has(folder)) tree.nodes.set(folder, { kind: 'directory', mode: 0o755, ...root })
  }
  tree.nodes.set(path, node)
}

/** All that is said of an image beside its changes: problems, notes, the proof, the card. */
function said(image: Readonly<Record<string, MemoryNode>>): string {
  const parsed = sound(fullSpec())
  const target = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
  for (const [path, node] of Object.entries(image)) put(target.root, path, node)
  const evaluation = compiled(parsed, target)
  const { plan, problems, verdict } = evaluation
  const card = loginCard({ ...evaluation, spec: parsed.spec }, target.root)
  return JSON.stringify([plan.notes, problems, verdict, card, unprovedReport(verdict.unproved)])
}

for (const [path, text] of Object.entries(SAID)) {
  test(`${path}: word for word with mode 0644, by its place alone with 0600`, () => {
    assert.match(said({ [path]: file(`${text}\n`, 0o644) }), MARK)
    const hidden = said({ [path]: file(`${text}\n`, 0o600) })
    assert.match(hidden, path === '/etc/default/ssh' ? '/usr/lib/systemd/system/ssh.service' : path)
    assert.not.match(hidden, MARK)
  })
}

test('links to /etc/shadow, in every place that a program of the device reads', () => {
  const target = '/etc/shadow'
  const links = READ.map((path) => [path, { kind: 'symlink', target, ...root }] as const)
  const { root: sample } = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
  const own = new TextDecoder().decode(sample.read(target))
  const secret = own.replace(/^root:[^:]*:/m, `root:$6$salt$${MARK}:`)
  assert.match(secret, MARK)
  const text = said({ ...Object.fromEntries(links), [target]: file(secret, 0o640) })
  assert.match(text, '/etc/ssh/sshd_config.d/x.conf')
  assert.not.match(text, MARK)
})

test('the same text through a link to a file that all may read is quoted', () => {
  const image = {
    '/etc/ssh/sshd_config.d/x.conf': { kind: 'symlink', target: '/etc/text', ...root },
    '/etc/text': file(`Foo${MARK} yes\n`, 0o644),
  } as const
  assert.match(said(image), `Foo${MARK}`)
})
