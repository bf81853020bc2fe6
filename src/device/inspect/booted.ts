import type { Tree } from '../../storage/tree/tree.ts'

const text = (root: Tree, path: string) => new TextDecoder().decode(root.read(path) ?? new Uint8Array())

/** By what other programs know a device: folder, name, program. Copies of it would all be that one device. */
const ENROLLED: readonly (readonly [folder: string, name: RegExp, program: string])[] = [
  ['/var/lib/tailscale', /^tailscaled\.state$/, 'Tailscale'],
  ['/var/lib/zerotier-one', /^identity\.secret$/, 'ZeroTier'],
  ['/etc/netbird', /^config\.json$/, 'NetBird'],
  ['/etc/salt/pki/minion', /^minion\.pem$/, 'Salt'],
  ['/etc/puppet/ssl/private_keys', /\.pem$/, 'Puppet'],
  ['/etc/puppetlabs/puppet/ssl/private_keys', /\.pem$/, 'Puppet'],
  ['/var/lib/snapd/device/private-keys-v1', /./, 'snapd'],
  ['/var/lib/docker', /^engine-id$/, 'Docker'],
  ['/etc/rancher/node', /^password$/, 'K3s'],
  ['/var/lib/kubelet/pki', /\.(pem|key)$/, 'Kubernetes'],
  ['/var/lib/amazon/ssm', /^(Vault|registration)$/, "Amazon's SSM agent"],
  ['/var/lib/teleport', /^host_uuid$/, 'Teleport'],
  ['/var/lib/bluetooth', /^[0-9A-F]{2}(:[0-9A-F]{2}){5}$/i, 'Bluetooth'],
]

/** What only a running system leaves behind: a finding and how to see it. */
const SIGNS: readonly { readonly sign: string; readonly seen: (root: Tree) => boolean }[] = [
  {
    sign: 'SSH host keys in /etc/ssh',
    // An earlier apply may have put them there, from `files`.
    seen: (root) => !isWorkedOn(root) && root.list('/etc/ssh').some((name) => /^ssh_host_.*_key$/.test(name)),
  },
  {
    sign: 'an id of its own in /etc/machine-id',
    seen: (root) => /^[0-9a-f]{32}$/.test(text(root, '/etc/machine-id').trim()),
  },
  { sign: '/var/lib/systemd/random-seed', seen: (root) => root.lstat('/var/lib/systemd/random-seed') !== undefined },
  { sign: 'a journal in /var/log/journal', seen: (root) => root.list('/var/log/journal').length > 0 },
  { sign: 'logins in /var/log/wtmp', seen: (root) => (root.read('/var/log/wtmp')?.length ?? 0) > 0 },
  { sign: 'a cloud-init instance in /var/lib/cloud', seen: (root) => root.list('/var/lib/cloud/instances').length > 0 },
  {
    sign: '/var/lib/NetworkManager/secret_key',
    seen: (root) => root.lstat('/var/lib/NetworkManager/secret_key') !== undefined,
  },
  ...ENROLLED.map(([folder, name, program]) => ({
    sign: `what makes this device the one that ${program} knows, in ${folder}`,
    seen: (root: Tree) => root.list(folder).some((entry) => name.test(entry)),
  })),
  {
    sign: "the first start's result in /var/lib/pibake/status.json",
    seen: (root) => /"state":\s*"(?:running|ok|degraded|failed)"/.test(text(root, '/var/lib/pibake/status.json')),
  },
]

/** Has pibake worked on it? What its owner thinks of a system that has been started is known then. */
export function isWorkedOn(root: Tree): boolean {
  return root.lstat('/etc/pibake') !== undefined
}

/** What shows that the image has been started before; empty for a fresh one. */
export function bootedSigns(root: Tree): readonly string[] {
  return SIGNS.filter(({ seen }) => seen(root)).map(({ sign }) => sign)
}
