import type { Tree } from '../tree/tree.ts'

const text = (root: Tree, path: string) => new TextDecoder().decode(root.read(path) ?? new Uint8Array())

/** What only a running system leaves behind: a finding and how to see it. */
const SIGNS: readonly { readonly sign: string; readonly seen: (root: Tree) => boolean }[] = [
  {
    sign: 'SSH host keys in /etc/ssh',
    // An earlier apply may have put them there, from `files`.
    seen: (root) =>
      root.lstat('/etc/pibake') === undefined && root.list('/etc/ssh').some((name) => /^ssh_host_.*_key$/.test(name)),
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
  {
    sign: "the first start's result in /var/lib/pibake/status.json",
    seen: (root) => /"state":\s*"(?:running|ok|degraded|failed)"/.test(text(root, '/var/lib/pibake/status.json')),
  },
]

/** What shows that the image has been started before; empty for a fresh one. */
export function bootedSigns(root: Tree): readonly string[] {
  return SIGNS.filter(({ seen }) => seen(root)).map(({ sign }) => sign)
}
