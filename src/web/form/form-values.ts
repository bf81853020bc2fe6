/** What the form of the page asks for; an empty text: nothing is said, and the spec's default holds. */
export interface FormValues {
  readonly hostname: string
  readonly timezone: string
  readonly keyboard: string
  /** Of the first user, as the next four. */
  readonly name: string
  readonly passwordHash: string
  /** Lines of `.pub` files; keys that the spec has in other ways are not among them. */
  readonly keys: readonly string[]
  readonly sudo: string
  /** Of the first network. */
  readonly wifi: { readonly country: string; readonly ssid: string; readonly pskFile: string }
  /** In the words of ufw. */
  readonly rules: readonly string[]
  readonly exposure: string
  readonly place: string
  readonly holds: readonly string[]
  readonly controls: readonly string[]
}

/** The keys of a spec behind the texts of the form. */
export const TEXTS = {
  hostname: ['device', 'hostname'],
  timezone: ['device', 'timezone'],
  keyboard: ['device', 'keyboard'],
  name: ['users', 0, 'name'],
  passwordHash: ['users', 0, 'passwordHash'],
  sudo: ['users', 0, 'sudo'],
  exposure: ['risk', 'exposure'],
  place: ['risk', 'place'],
} as const

/** Those behind its lists. */
export const LISTS = {
  keys: ['users', 0, 'authorizedKeys'],
  rules: ['firewall', 'rules'],
  holds: ['risk', 'holds'],
  controls: ['risk', 'controls'],
} as const

/** Those of the first wireless network. */
export const WIFI = {
  country: ['network', 'wifi', 'country'],
  ssid: ['network', 'wifi', 'networks', 0, 'ssid'],
  pskFile: ['network', 'wifi', 'networks', 0, 'pskFile'],
} as const

export type TextName = keyof typeof TEXTS
export type ListName = keyof typeof LISTS
export type WifiName = keyof typeof WIFI
