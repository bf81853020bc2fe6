import { sysctlKey } from '../../device/formats/sysctl-key.ts'
import { argumentValues, kernelArguments } from '../../device/systemd/kernel-command-line.ts'
import { mergedByName } from '../../device/systemd/merged.ts'
import { CONF, DEFAULTS, readSettings } from '../../device/ufw/settings.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { CMDLINE, linesOf, type Mechanism } from './assignment.ts'

const FOLDERS = ['/etc/sysctl.d', '/run/sysctl.d', '/usr/local/lib/sysctl.d', '/usr/lib/sysctl.d']

/** Kernel settings. A key with `*` never beats one that is spelt out (sysctl.d(5)), so it is a setting of its own here. */
export const sysctl: Mechanism = {
  // What is written into ufw's file says the same; other lines there are of the image or of the spec's `files`.
  isOurs: (path) => path === '/etc/sysctl.d/99-zz-pibake.conf',
  read: ({ root, boot }) => [
    ...[...mergedByName(root, FOLDERS, '.conf'), ...ofUfw(root)].flatMap((file) =>
      linesOf(root, file).flatMap(({ text, line }) => {
        const [, key, value = ''] = /^-?([^=\s]+)\s*=\s*(.*)$/.exec(text) ?? []
        return key === undefined ? [] : [{ key: sysctlKey(key), value, file, line }]
      }),
    ),
    // Without IPv6 in the kernel there is nothing to switch (ipv6, module parameter disable).
    ...argumentValues(kernelArguments(boot), 'ipv6.disable')
      .filter((value) => value === '1')
      .map((value) => ({ key: 'net.ipv6.conf.all.disable_ipv6', value, ...CMDLINE })),
  ],
}

/** ufw sets them once more when it starts, after systemd-sysctl (IPT_SYSCTL in /etc/default/ufw, which pibake writes). */
function ofUfw(root: Tree): readonly string[] {
  const text = (path: string) => new TextDecoder().decode(root.read(path) ?? new Uint8Array())
  return readSettings(text(DEFAULTS), text(CONF)).enabled ? ['/etc/ufw/sysctl.conf'] : []
}
