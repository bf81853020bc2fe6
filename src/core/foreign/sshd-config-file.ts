import type { Directive } from '../../device/sshd/config.ts'
import { accumulating, keywordsOf } from '../../device/sshd/keywords.ts'
import { readSshdConfig } from '../../device/sshd/read.ts'
import { MemoryTree } from '../../storage/tree/memory.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { Findings, type ForeignFile } from './fact.ts'

const MAIN = '/etc/ssh/sshd_config'
const DROP_INS = '/etc/ssh/sshd_config.d'

/** The newer one knows every keyword of the older; what the image of a bake does not know is found there. */
const RELEASE = 'trixie'

/** sshd_config and drop-ins, read together as sshd reads them: `Include`, the first value of a keyword, `Match`. */
export function readSshdFiles(files: readonly ForeignFile[]): readonly Findings[] {
  const main = files.find(({ text, name }) => /^\s*Include\s/im.test(text) || /(^|\/)sshd_config$/.test(name))
  const names = new Map<string, string>()
  const tree = new MemoryTree('sshd', [])
  const put = (path: string, text: string) => {
    for (const folder of ['/etc', '/etc/ssh', DROP_INS])
      tree.nodes.set(folder, { kind: 'directory', mode: 0o755, uid: 0, gid: 0 })
    tree.nodes.set(path, { kind: 'file', content: new TextEncoder().encode(text), mode: 0o644, uid: 0, gid: 0 })
  }
  if (main === undefined) put(MAIN, `Include ${DROP_INS}/*.conf\n`)
  for (const file of files) {
    const own = file.name.replace(/^.*\//, '')
    const path = file === main ? MAIN : `${DROP_INS}/${own.endsWith('.conf') ? own : `${own}.conf`}`
    names.set(path, file.name)
    put(path, file.text)
  }
  return sshdFindings(tree, (path) => names.get(path) ?? path)
}

/**
 * What sshd's configuration in a tree says beyond Debian's own.
 *
 * @param nameOf what messages call a file of the tree
 */
export function sshdFindings(root: Tree, nameOf: (path: string) => string): readonly Findings[] {
  const all = new Map<string, Findings>()
  const of = (path: string): Findings => {
    const known = all.get(path) ?? new Findings(nameOf(path))
    all.set(path, known)
    return known
  }
  const { directives, errors } = readSshdConfig(root, RELEASE)
  // What is missing beside the files is no fault of theirs.
  for (const { at, message } of errors)
    if (/Bad configuration option|not allowed|argument|bad|invalid/i.test(message))
      of(at.file).leave('a line', message, at.line)
  const seen = new Set<string>()
  for (const directive of directives) {
    const { keyword, at, conditions } = directive
    if (conditions.some(({ all: isAll }) => !isAll))
      of(at.file).leave(`${spelled(keyword)} below Match`, 'a spec has settings for everybody only', at.line)
    else if (!seen.has(keyword) || accumulating.has(keyword)) take(of(at.file), directive, seen.has(keyword))
    if (conditions.every(({ all: isAll }) => isAll)) seen.add(keyword)
  }
  return [...all.values()]
}

const SPELLED = new Map(keywordsOf(RELEASE).map((keyword) => [keyword.toLowerCase(), keyword]))
const spelled = (keyword: string) => SPELLED.get(keyword) ?? keyword

/** Debian's own sshd_config (openssh-server), and what pibake sets to the same for everybody. */
const STOCK = new Set([
  'kbdinteractiveauthentication no',
  'usepam yes',
  'x11forwarding yes',
  'printmotd no',
  'acceptenv LANG LC_*',
  'acceptenv LANG LC_* COLORTERM NO_COLOR',
  'subsystem sftp /usr/lib/openssh/sftp-server',
  'permitrootlogin no',
  'permitrootlogin prohibit-password',
  'permitrootlogin without-password',
  'pubkeyauthentication yes',
  'permitemptypasswords no',
  'hostbasedauthentication no',
  'ignorerhosts yes',
  'strictmodes yes',
  'authorizedkeysfile .ssh/authorized_keys',
  'authorizedkeysfile .ssh/authorized_keys .ssh/authorized_keys2',
  'authorizedkeyscommand none',
  'permituserenvironment no',
  'x11forwarding no',
  'gatewayports no',
  'permittunnel no',
  'debianbanner no',
])

function take(found: Findings, { keyword, args, rest, at }: Directive, isFurther: boolean): void {
  const { line } = at
  const value = args.join(' ')
  const own = spelled(keyword)
  if (keyword === 'port') {
    if (isFurther) found.leave(`Port ${value}`, 'a spec has one port', line)
    else found.set(['ssh', 'port'], Number(value), line)
  } else if (keyword === 'passwordauthentication') found.set(['ssh', 'passwordAuthentication'], value === 'yes', line)
  else if (keyword === 'allowusers' || keyword === 'denyusers')
    for (const user of args) found.add(['ssh', keyword === 'allowusers' ? 'allowUsers' : 'denyUsers'], user, line)
  else if (STOCK.has(`${keyword} ${value}`) || /^(include|hostkey|protocol|useprivilegeseparation)$/.test(keyword))
    return
  else if (
    /^(permitrootlogin|usepam|strictmodes|permitemptypasswords|hostbasedauthentication|authorizedkeysfile|authorizedkeyscommand|authorizedkeyscommanduser|trustedusercakeys|allowgroups|denygroups|listenaddress|banner|permituserenvironment|pubkeyauthentication|kbdinteractiveauthentication)$/.test(
      keyword,
    )
  )
    found.leave(`${own} ${value}`, WHY[keyword] ?? 'pibake sets it itself', line)
  else if (isFurther) found.leave(`a further ${own}`, 'a spec has one value of a keyword', line)
  else found.set(['ssh', 'settings', own], rest.trim() === '' ? value : valueText(rest), line)
}

const WHY: Readonly<Record<string, string>> = {
  permitrootlogin: 'root logs in nowhere: log in as a user, then sudo',
  allowgroups: 'a spec names users: ssh.allowUsers',
  denygroups: 'a spec names users: ssh.denyUsers',
  listenaddress: 'the firewall decides from where SSH is reached: firewall.rules',
  banner: 'a spec has its text: hardening.banner',
  trustedusercakeys: 'the authority is a file beside the spec: ssh.userCA',
  usepam: 'without PAM a locked password also shuts out the key',
}

/** As it was written, but for quotes around a single value. */
function valueText(rest: string): string {
  return rest.trim().replace(/^"([^"]*)"$/, '$1')
}
