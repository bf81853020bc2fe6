import { mergedByName } from '../../../device/systemd/merged.ts'
import { iniAssignments } from '../../undone/assignment.ts'
import type { Finding, Reader } from '../finding.ts'

const FOLDERS = ['/etc', '/run', '/usr/local/lib', '/usr/lib'].map((place) => `${place}/systemd/system.conf.d`)

/** What systemd takes away from itself, and so from everything that it starts (systemd-system.conf(5)). */
export const managerSettings: Reader = ({ root }) => {
  const files = ['/etc/systemd/system.conf', ...mergedByName(root, FOLDERS, '.conf')]
  const lines = files.flatMap((file) => iniAssignments(root, file))
  const last = (key: string) => lines.findLast((line) => line.key === `Manager.${key}`)
  const [privileges, capabilities] = [last('NoNewPrivileges'), last('CapabilityBoundingSet')]
  return [
    ...(privileges !== undefined && /^(1|yes|y|true|t|on)$/i.test(privileges.value)
      ? [finding('shut', privileges, 'NoNewPrivileges keeps sudo from becoming root, whoever calls it')]
      : []),
    ...(capabilities === undefined || capabilities.value === ''
      ? []
      : [
          finding(
            'unproved',
            capabilities,
            'which capabilities are left for sudo and sshd, nothing that pibake reads says',
          ),
        ]),
  ]
}

function finding(
  answer: 'shut' | 'unproved',
  { file, line }: { readonly file: string; readonly line: number },
  because: string,
): Finding {
  const code = answer === 'shut' ? 'ACC022' : 'ACC051'
  return { answer, way: 'root', user: undefined, code, at: { file, line }, because, settle: 'take the line out' }
}
