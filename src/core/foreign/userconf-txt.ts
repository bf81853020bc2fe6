import { takeHash } from './accounts-said.ts'
import { COUNTRY, Findings, type ForeignFile, ImportError, userOf } from './fact.ts'

/** userconf.txt: `NAME:HASH` in the first line; userconf-pi reads no other. */
export function readUserconf({ name: file, text }: ForeignFile): Findings {
  const found = new Findings(file)
  const [line = ''] = text.replace(/^\ufeff/, '').split(/\r?\n/)
  const [name = '', hash = ''] = line.split(':')
  if (name === '' || hash === '')
    throw new ImportError(`${file}:1: not NAME:HASH`, 'pibake hash-password makes the hash')
  found.set([...userOf(name), 'name'], name, 1)
  takeHash(found, name, hash, 1)
  found.suppose(['ssh', 'enabled'], false)
  return found
}

/** The empty file `ssh` or `ssh.txt`: the SSH server is switched on, with what Debian's sshd lets in. */
export function readSshMarker({ name: file }: ForeignFile): Findings {
  const found = new Findings(file)
  found.set(['ssh', 'enabled'], true, 0)
  return found
}

/** cmdline.txt: of what Imager adds to it, the country of the radio. */
export function readCmdline({ name: file, text }: ForeignFile): Findings {
  const found = new Findings(file)
  const country = /\bcfg80211\.ieee80211_regdom=([A-Za-z]{2})\b/.exec(text)?.[1]
  found.set(COUNTRY, country?.toUpperCase(), 1)
  return found
}
