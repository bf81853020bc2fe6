/** What a first spec is made from. */
export interface Starter {
  readonly name: string
  readonly hostname: string
  /** One line of a .pub file; undefined: the owner has to fill it in. */
  readonly publicKey: string | undefined
  readonly passwordHash: string | undefined
  /** Undefined: as the image has them. */
  readonly timezone?: string | undefined
  readonly locale?: string | undefined
  readonly keyboard?: string | undefined
  readonly wifi?: StarterWifi | undefined
}

interface StarterWifi {
  readonly country: string
  readonly ssid: string
  /** The file with its password; undefined: an open network. */
  readonly pskFile: string | undefined
}

/** The section `users` with the owner. What is missing is a comment where it belongs, and `pibake check` names it. */
export function ownerSection({ name, publicKey, passwordHash }: Starter): string {
  const hash =
    passwordHash === undefined
      ? '# passwordHash: ""  # for sudo: pibake hash-password'
      : `passwordHash: ${quoted(passwordHash)}`
  const keys =
    publicKey === undefined
      ? 'authorizedKeys: []  # the line of your .pub file goes here'
      : `authorizedKeys:\n      - ${quoted(publicKey)}`
  return `users:
  - name: ${name}
    ${hash}
    ${keys}
    # password: sudo asks for it. nopasswd: sudo never asks. none: no root.
    sudo: password
`
}

/** A commented spec to start from. */
export function starterSpec(starter: Starter): string {
  return `# yaml-language-server: $schema=./pibake.schema.json
# (pibake schema > pibake.schema.json lets an editor complete and check this file)
version: 1

# standard is safe and breaks little; strict closes more; cis is for those who have to show a report.
profile: standard

device:
  hostname: ${quoted(starter.hostname)}
  ${optional('timezone', starter.timezone, 'Europe/Vienna')}
  ${optional('locale', starter.locale, 'en_GB.UTF-8')}
  ${optional('keyboard', starter.keyboard, 'gb')}

${ownerSection(starter)}
# The stock account pi: remove, lock or keep.
defaultUser: remove

# ssh:
#   port: 22
#   passwordAuthentication: false

# firewall:
#   rules:                      # in the words of the ufw command; the SSH port must be among them
#     - limit 22/tcp
#     - allow 80/tcp

# services:
#   disable: [avahi-daemon]

# hardware:
#   bluetooth: "off"
${wifiSection(starter.wifi)}`
}

/** A key with its value, or as a comment with an example. */
function optional(key: string, value: string | undefined, example: string): string {
  return value === undefined ? `# ${key}: ${example}` : `${key}: ${quoted(value)}`
}

function wifiSection(wifi: StarterWifi | undefined): string {
  if (wifi === undefined) return ''
  const psk =
    wifi.pskFile === undefined
      ? ''
      : `        pskFile: ${quoted(wifi.pskFile)}  # beside this file, readable by you alone\n`
  return `
network:
  wifi:
    country: ${wifi.country}
    networks:
      - ssid: ${quoted(wifi.ssid)}
${psk}`
}

/** A YAML scalar in double quotes: JSON's strings are YAML's. */
function quoted(text: string): string {
  return JSON.stringify(text)
}
