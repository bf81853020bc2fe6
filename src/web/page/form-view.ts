import { cardOf, type Scope, SERVICES, type Service, withCard } from '../form/firewall-cards.ts'
import type { FormValues } from '../form/form-values.ts'
import type { SpecProblem } from '../job/image-job.ts'
import { el } from './dom.ts'
import { areaField, choiceField, explained, type Field, field, step, textField } from './fields.ts'
import { TEXT } from './texts.ts'

/** Where the passphrase of the form's network lies, beside the spec. */
export const WIFI_FILE = 'secrets/wifi'

/** What the form needs of the page. */
export interface FormEvents {
  /** Something was filled in. */
  changed(): void
  /** A file with a key was chosen. */
  keyFile(file: File): void
  /** A password was typed. */
  password(text: string): void
  /** The passphrase of the network was typed; empty: there is none. */
  wifiPassword(text: string): void
}

const lineList = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
const words = (text: string) => text.split(/[\s,]+/).filter((word) => word !== '')

/** The steps in which somebody says what the device is to be, in place of writing YAML. */
export class FormView {
  readonly sections: readonly HTMLElement[]
  readonly #events: FormEvents
  readonly #name = textField(TEXT.who.name, TEXT.who.nameWhy)
  readonly #keys = areaField(TEXT.who.keys, 3, TEXT.who.keysWhy)
  readonly #keyFile = field(TEXT.who.addKey, el('input', { type: 'file', accept: '.pub' }))
  readonly #password = textField(TEXT.who.password, TEXT.who.passwordWhy, {
    type: 'password',
    autocomplete: 'new-password',
  })
  readonly #strength = el('p', { class: 'quiet', role: 'status' })
  readonly #hostname = textField(TEXT.who.hostname, TEXT.who.hostnameWhy)
  readonly #timezone = textField(TEXT.who.timezone, TEXT.who.timezoneWhy)
  readonly #keyboard = textField(TEXT.who.keyboard, TEXT.who.keyboardWhy)
  readonly #sudo = choiceField(TEXT.who.sudo, TEXT.who.sudoChoices, TEXT.who.sudoWhy)
  readonly #ssid = textField(TEXT.network.ssid, TEXT.network.ssidWhy)
  readonly #psk = textField(TEXT.network.password, TEXT.network.passwordWhy, {
    type: 'password',
    autocomplete: 'new-password',
  })
  readonly #country = textField(TEXT.network.country, TEXT.network.countryWhy, { maxlength: 2 })
  readonly #network = textField(TEXT.firewall.network, TEXT.firewall.networkWhy, { placeholder: '192.168.1.0/24' })
  readonly #rules = areaField(TEXT.firewall.rules, 3, TEXT.firewall.rulesWhy)
  readonly #cards = new Map<Service, Field<HTMLSelectElement>>()
  readonly #exposure = choiceField(TEXT.role.exposure, TEXT.role.exposureChoices)
  readonly #place = choiceField(TEXT.role.place, TEXT.role.placeChoices)
  readonly #holds = textField(TEXT.role.holds, TEXT.role.holdsWhy)
  readonly #controls = textField(TEXT.role.controls, TEXT.role.controlsWhy)
  /** What the spec has and no field shows as it is. */
  #passwordHash = ''
  #pskFile = ''

  constructor(events: FormEvents) {
    this.#events = events
    this.sections = [this.#who(), this.#networkStep(), this.#firewall(), this.#role()]
    const fields = [this.#name, this.#keys, this.#hostname, this.#timezone, this.#keyboard, this.#sudo, this.#ssid]
    const more = [this.#country, this.#rules, this.#exposure, this.#place, this.#holds, this.#controls]
    for (const { input } of [...fields, ...more]) input.addEventListener('change', () => events.changed())
  }

  /** What is filled in. */
  values(): FormValues {
    const isWifi = this.#ssid.input.value !== ''
    return {
      hostname: this.#hostname.input.value.trim(),
      timezone: this.#timezone.input.value.trim(),
      keyboard: this.#keyboard.input.value.trim(),
      name: this.#name.input.value.trim(),
      passwordHash: this.#passwordHash,
      keys: lineList(this.#keys.input.value),
      sudo: this.#sudo.input.value,
      wifi: {
        country: isWifi ? this.#country.input.value.trim().toUpperCase() : '',
        ssid: this.#ssid.input.value,
        pskFile: isWifi ? this.#pskFile : '',
      },
      rules: lineList(this.#rules.input.value),
      exposure: this.#exposure.input.value,
      place: this.#place.input.value,
      holds: words(this.#holds.input.value),
      controls: words(this.#controls.input.value),
    }
  }

  /** Shows what a spec says. */
  fill(values: FormValues): void {
    this.#hostname.input.value = values.hostname
    this.#timezone.input.value = values.timezone
    this.#keyboard.input.value = values.keyboard
    this.#name.input.value = values.name
    this.#passwordHash = values.passwordHash
    this.#strength.textContent = values.passwordHash === '' ? TEXT.who.noPassword : TEXT.who.hashed
    this.#keys.input.value = values.keys.join('\n')
    this.#sudo.input.value = values.sudo
    this.#ssid.input.value = values.wifi.ssid
    this.#pskFile = values.wifi.pskFile
    // The preset stays for who types a network later.
    if (values.wifi.country !== '') this.#country.input.value = values.wifi.country
    this.#rules.input.value = values.rules.join('\n')
    this.#exposure.input.value = values.exposure
    this.#place.input.value = values.place
    this.#holds.input.value = values.holds.join(' ')
    this.#controls.input.value = values.controls.join(' ')
    this.#showCards(values.rules)
  }

  /** @param country proposed, and written when there is a network for it */
  presetCountry(country: string): void {
    this.#country.input.value = country
  }

  /** Without YAML there is nothing to write to. */
  enable(isEnabled: boolean): void {
    for (const section of this.sections) {
      for (const input of section.querySelectorAll('input, textarea, select, button')) {
        input.toggleAttribute('disabled', !isEnabled)
      }
    }
  }

  addKey(line: string): void {
    this.#keys.input.value = [...lineList(this.#keys.input.value), line].join('\n')
    this.complainOfKey('')
    this.#events.changed()
  }

  /** Says why a file was not taken for a key; an empty text: it was. */
  complainOfKey(text: string): void {
    this.#keyFile.complain(text)
  }

  /** @param hash written into the spec; undefined: the password was not taken, `fault` says why */
  passwordDone(hash: string | undefined, fault: string, length: number): void {
    // Not where problems of the spec are shown, which come and go with it.
    this.#strength.textContent = fault
    this.#strength.className = hash === undefined ? 'wrong' : 'quiet'
    if (hash === undefined) return
    const { strength, hashed } = TEXT.who
    this.#strength.textContent = `${hashed} (${strength[length < 12 ? 0 : length < 16 ? 1 : 2]})`
    this.#passwordHash = hash
    this.#events.changed()
  }

  /** Shows each problem at the field that it is about, where there is one. */
  complain(problems: readonly SpecProblem[]): void {
    for (const [pattern, shown] of this.#places()) {
      const own = problems.filter(({ key, severity }) => severity === 'error' && pattern.test(key))
      shown.complain(own.map(({ message, hint }) => [message, hint].filter(Boolean).join(': ')).join('\n'))
    }
  }

  #places(): readonly (readonly [RegExp, Field<HTMLElement>])[] {
    return [
      [/^device\.hostname$/, this.#hostname],
      [/^device\.timezone$/, this.#timezone],
      [/^device\.keyboard$/, this.#keyboard],
      [/^users\[0\]\.name$/, this.#name],
      // Who has sudo and no password is told so at the password.
      [/^users\[0\]\.(?:passwordHash|sudo)$/, this.#password],
      [/^users\[0\]\.authorizedKeys/, this.#keys],
      [/^network\.wifi\.country$/, this.#country],
      [/^network\.wifi\.networks\[0\]\.ssid$/, this.#ssid],
      [/^network\.wifi\.networks\[0\]\.psk/, this.#psk],
      [/^firewall\.rules/, this.#rules],
      [/^risk\.holds/, this.#holds],
      [/^risk\.controls/, this.#controls],
    ]
  }

  #who(): HTMLElement {
    const file = this.#keyFile.input
    file.addEventListener('change', () => {
      for (const one of file.files ?? []) this.#events.keyFile(one)
      file.value = ''
    })
    const { input } = this.#password
    input.addEventListener('change', () => {
      if (input.value !== '') this.#events.password(input.value)
    })
    this.#password.box.append(this.#strength)
    return step(
      'who',
      TEXT.who.heading,
      this.#name.box,
      this.#hostname.box,
      this.#keys.box,
      this.#keyFile.box,
      this.#password.box,
      this.#sudo.box,
      this.#timezone.box,
      this.#keyboard.box,
    )
  }

  #networkStep(): HTMLElement {
    const { input } = this.#psk
    input.addEventListener('change', () => {
      this.#pskFile = input.value === '' ? '' : WIFI_FILE
      this.#events.wifiPassword(input.value)
      this.#events.changed()
    })
    const note = el('p', { class: 'quiet wide' }, TEXT.network.packages)
    return step('network', TEXT.network.heading, this.#ssid.box, this.#psk.box, this.#country.box, note)
  }

  #firewall(): HTMLElement {
    const { services, scopes, heading, why } = TEXT.firewall
    for (const service of Object.keys(SERVICES) as Service[]) {
      // SSH is the way in: it is closed in the spec, where that is meant.
      const { off: _, ...open } = scopes
      const shown = choiceField(services[service], service === 'ssh' ? open : scopes)
      shown.input.addEventListener('change', () => this.#setCard(service, shown.input.value as Scope))
      this.#cards.set(service, shown)
    }
    this.#network.input.addEventListener('change', () => {
      for (const [service, { input }] of this.#cards) if (input.value === 'network') this.#setCard(service, 'network')
    })
    this.#rules.input.addEventListener('change', () => this.#showCards(lineList(this.#rules.input.value)))
    const cards = el('div', { class: 'cards wide' }, ...[...this.#cards.values()].map(({ box }) => box))
    return step('firewall', heading, el('p', { class: 'wide' }, why), cards, this.#network.box, this.#rules.box)
  }

  #setCard(service: Service, scope: Scope): void {
    const network = this.#network.input.value.trim()
    const isMissing = scope === 'network' && network === ''
    this.#network.complain(isMissing ? TEXT.firewall.networkWhy : '')
    if (isMissing) {
      this.#network.input.focus()
      return
    }
    this.#rules.input.value = withCard(lineList(this.#rules.input.value), service, { scope, network }).join('\n')
    this.#events.changed()
  }

  #showCards(rules: readonly string[]): void {
    for (const [service, { input }] of this.#cards) {
      const { scope, network } = cardOf(rules, service)
      input.value = scope
      if (network !== '') this.#network.input.value = network
    }
  }

  #role(): HTMLElement {
    const why = explained(TEXT.role.heading, TEXT.role.why)
    const boxes = [this.#exposure, this.#place, this.#holds, this.#controls].map(({ box }) => box)
    return step('role', TEXT.role.heading, ...boxes, why)
  }
}
