import { fromBase64 } from '../../base/host/bytes.ts'
import { sizeText } from '../../core/carried/bundle.ts'
import { starterSpec } from '../../core/spec-file/starter.ts'
import type { Look, SpecText } from '../job/image-job.ts'
import type { OutputFormat } from '../job/output-format.ts'
import { about } from './about.ts'
import { BusyView } from './busy-view.ts'
import { download, el } from './dom.ts'
import { field, step } from './fields.ts'
import { FormView, WIFI_FILE } from './form-view.ts'
import { LookView } from './look-view.ts'
import { hasPicker, pickedFile, writePicked } from './picked-file.ts'
import { presetsFor } from './presets.ts'
import { SaveView, saveManifest } from './save-view.ts'
import { SpecView } from './spec-view.ts'
import { TEXT } from './texts.ts'
import { WorkError, WorkerClient } from './worker-client.ts'

const SPEC_NAME = 'pibake.yaml'
/** Keys and specs are smaller, images larger. */
const SMALL = 1 << 20
/** How long somebody types before the spec is checked. */
const PAUSE_MS = 300

/** One visit of the page: what is chosen, said, looked at and saved. */
class Page {
  /** What takes long, and may be called off. */
  readonly #worker: WorkerClient
  /** What is asked between two key strokes. */
  readonly #quick: WorkerClient
  readonly #files: Record<string, Uint8Array> = {}
  readonly #form: FormView
  readonly #spec: SpecView
  readonly #look: LookView
  readonly #save: SaveView
  readonly #imageState = el('p', { class: 'wide', role: 'status', id: 'image-state' })
  readonly #busy = new BusyView(() => this.#cancel())
  #isOpen = false
  #shown: Look | undefined
  #typing: number | undefined
  /** How often the form has changed, and the text by hand: an answer to an earlier state is of no use. */
  #fillings = 0
  #edits = 0
  #calledOff = new AbortController()

  /** @param code the program of the workers */
  constructor(code: string) {
    this.#worker = new WorkerClient(code)
    this.#quick = new WorkerClient(code)
    this.#form = new FormView({
      changed: () => this.#begin(this.#fromForm()),
      keyFile: (file) => this.#begin(this.#takeKey(file)),
      password: (text) => this.#begin(this.#hash(text)),
      wifiPassword: (text) => this.#setFile(WIFI_FILE, text === '' ? undefined : new TextEncoder().encode(`${text}\n`)),
    })
    this.#spec = new SpecView({
      edited: () => this.#begin(this.#fromText()),
      files: (files) => {
        for (const file of files) this.#begin(this.#takeFile(file))
      },
    })
    this.#look = new LookView({ look: () => this.#begin(this.#lookAt()), audit: () => this.#begin(this.#auditIt()) })
    this.#save = new SaveView({
      save: (format, isPicked) => this.#begin(this.#saveIt(format, isPicked)),
      manifest: () => this.#begin(this.#manifest()),
    })
    document.body.append(this.#head(), this.#main(), this.#busy.box, about())
    this.#listenForDrops()
    this.#begin(this.#start())
  }

  #head(): HTMLElement {
    return el('header', {}, el('h1', {}, TEXT.title), el('p', {}, TEXT.lead), el('p', { class: 'quiet' }, TEXT.privacy))
  }

  #main(): HTMLElement {
    const input = el('input', { type: 'file', accept: '.img,.xz,.gz,.zst,.zip', id: 'image-file' })
    input.addEventListener('change', () => {
      const [file] = input.files ?? []
      if (file !== undefined) this.#begin(this.#openImage(file))
    })
    const choose = field(TEXT.image.choose, input, TEXT.image.why)
    choose.box.classList.add('wide')
    const image = step(
      'image',
      TEXT.image.heading,
      el('p', { class: 'wide' }, TEXT.image.drop),
      choose.box,
      this.#imageState,
    )
    const left = el('div', { class: 'steps' }, image, ...this.#form.sections, this.#look.section, this.#save.section)
    return el('main', {}, left, this.#spec.section)
  }

  /** A spec to start from, with what the browser knows. */
  async #start(): Promise<void> {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
    const { timezone, keyboard, country } = presetsFor(navigator.language, timeZone)
    const text = starterSpec({ name: 'owner', hostname: 'raspberrypi', publicKey: undefined, passwordHash: undefined })
    const values = await this.#quick.ask('readForm', { text })
    if (values === undefined) throw new Error('the starter is not a spec')
    this.#form.presetCountry(country)
    const spec = await this.#quick.ask('writeForm', { text, values: { ...values, timezone, keyboard } })
    // Somebody may have been faster.
    if (this.#spec.text !== '') return
    this.#spec.text = spec
    await this.#fromText()
  }

  get #specText(): SpecText {
    return { name: SPEC_NAME, text: this.#spec.text, files: this.#files }
  }

  /** The form has changed: the text follows. */
  async #fromForm(): Promise<void> {
    const [filling, edits] = [++this.#fillings, this.#edits]
    this.#changed()
    const written = await this.#quick.ask('writeForm', { text: this.#spec.text, values: this.#form.values() })
    if (filling !== this.#fillings || edits !== this.#edits) return
    this.#spec.text = written
    this.#changed()
  }

  /** The text has changed: the form follows. */
  async #fromText(): Promise<void> {
    const edits = ++this.#edits
    this.#changed()
    const values = await this.#quick.ask('readForm', { text: this.#spec.text })
    if (edits !== this.#edits) return
    this.#form.enable(values !== undefined)
    if (values !== undefined) this.#form.fill(values)
  }

  #changed(): void {
    this.#shown = undefined
    this.#look.markStale()
    this.#save.enable(false)
    window.clearTimeout(this.#typing)
    this.#typing = window.setTimeout(() => this.#begin(this.#check()), PAUSE_MS)
  }

  async #check(): Promise<void> {
    const spec = this.#specText
    try {
      const checked = await this.#quick.ask('check', spec)
      if (spec.text !== this.#spec.text) return
      this.#spec.show(checked)
      this.#form.complain(checked.problems)
    } catch (error) {
      this.#spec.show({ problems: [], summary: textOf(error) })
    }
  }

  #setFile(name: string, bytes: Uint8Array | undefined): void {
    if (bytes === undefined) delete this.#files[name]
    else this.#files[name] = bytes
    this.#spec.showFiles(this.#files)
    this.#changed()
  }

  /** A file that was dropped or chosen: a key, a spec, one that the spec names; what is large is an image. */
  async #takeFile(file: File): Promise<void> {
    if (/\.pub$/i.test(file.name)) return this.#takeKey(file)
    if (/\.ya?ml$/i.test(file.name) && file.size < SMALL) {
      this.#spec.text = await file.text()
      return this.#fromText()
    }
    if (file.size >= SMALL || /\.(img|xz|gz|zst|zip)$/i.test(file.name)) return this.#openImage(file)
    // A private key that was dropped is the commonest mistake, and is said to be one.
    const text = await file.text()
    if (/PRIVATE KEY|PuTTY-User-Key-File/.test(text) && !this.#spec.text.includes(file.name)) return this.#takeKey(file)
    this.#setFile(file.name, new Uint8Array(await file.arrayBuffer()))
  }

  async #takeKey(file: File): Promise<void> {
    const key = await this.#quick.ask('key', { text: file.size < SMALL ? await file.text() : '' })
    if ('line' in key) return this.#form.addKey(key.line)
    this.#form.complainOfKey([`${file.name}: ${key.fault}`, key.hint].filter(Boolean).join(': '))
  }

  async #hash(password: string): Promise<void> {
    const random = crypto.getRandomValues(new Uint8Array(12))
    const { name: user } = this.#form.values()
    await this.#working(TEXT.working.password, async () => {
      const made = await this.#quick.ask('password', { password, user, random })
      this.#form.passwordDone(
        'hash' in made ? made.hash : undefined,
        'fault' in made ? made.fault : '',
        password.length,
      )
    })
  }

  async #openImage(file: File): Promise<void> {
    this.#closeImage()
    const isPacked = !/\.img$/i.test(file.name)
    await this.#working(
      isPacked ? TEXT.working.unpack : TEXT.working.open,
      async () => {
        const { title, size, xz } = await this.#worker.ask('open', { file }, (share, needs) => {
          this.#busy.showShare(share)
          if (needs !== undefined) this.#busy.say(TEXT.working.unpackTo(sizeText(needs)))
        })
        this.#isOpen = true
        this.#save.offer(xz)
        this.#look.enable(true)
        this.#imageState.textContent = `${file.name}: ${title}, ${Math.round(size / 2 ** 20)} MiB`
      },
      this.#imageState,
    )
  }

  #closeImage(): void {
    this.#isOpen = false
    this.#shown = undefined
    this.#imageState.className = 'wide'
    this.#imageState.textContent = ''
    this.#look.clear()
    this.#look.enable(false)
    this.#save.enable(false)
    this.#save.offer(undefined)
    this.#save.clear()
  }

  async #lookAt(): Promise<void> {
    const spec = this.#specText
    this.#save.clear()
    await this.#working(TEXT.working.look, async () => {
      const look = await this.#worker.ask('look', spec)
      this.#look.show(look)
      this.#spec.show(look)
      this.#form.complain(look.problems)
      if (spec.text !== this.#spec.text) return this.#look.markStale()
      this.#shown = look
      this.#save.enable(!look.isRefused)
    })
  }

  async #auditIt(): Promise<void> {
    if (this.#shown === undefined) return this.#look.markStale()
    await this.#working(TEXT.working.audit, async () =>
      this.#look.showAudit(await this.#worker.ask('audit', undefined)),
    )
  }

  async #manifest(): Promise<void> {
    const name = this.#outputName('img')
    await this.#working(TEXT.working.make, async () => {
      saveManifest(await this.#worker.ask('manifest', undefined), name)
    })
  }

  async #saveIt(format: OutputFormat, isPicked: boolean): Promise<void> {
    const { plan } = this.#shown ?? {}
    if (plan === undefined) return
    const name = this.#outputName(format)
    // Before the work: a dialog may be opened shortly after a click only.
    const handle = isPicked ? await pickedFile(name) : undefined
    if (isPicked && handle === undefined) return
    await this.#working(TEXT.working.make, async () => {
      const made = await this.#worker.ask('make', { format, isOfFew: !hasPicker }, (share) =>
        this.#busy.showShare(share),
      )
      if (handle === undefined) download(made, name)
      else {
        this.#busy.say(TEXT.working.save)
        const calledOff = () => new WorkError({ message: TEXT.cancelled })
        await writePicked(handle, made, this.#calledOff.signal, calledOff)
      }
      const said = handle === undefined ? TEXT.save.handed(name) : TEXT.save.saved(handle.name)
      this.#save.saved(said, format, plan.hostname, plan.card)
    })
  }

  #outputName(format: OutputFormat): string {
    return `${this.#shown?.plan?.hostname ?? 'raspberrypi'}.${format}`
  }

  #cancel(): void {
    this.#calledOff.abort()
    this.#calledOff = new AbortController()
    this.#worker.cancel()
    this.#quick.cancel()
    this.#closeImage()
    this.#imageState.textContent = TEXT.cancelled
    this.#changed()
  }

  /** Shows that something is done, and what comes of it when it fails. @param at where that is said */
  async #working(text: string, work: () => Promise<void>, at?: HTMLElement): Promise<void> {
    try {
      await this.#busy.during(text, work)
    } catch (error) {
      this.#fail(error, at)
    }
  }

  #fail(error: unknown, at: HTMLElement = el('p', { class: 'wide', role: 'alert' })): void {
    at.textContent = textOf(error)
    at.className = 'wide wrong'
    if (at.isConnected) return
    const shown = this.#isOpen ? this.#look.section : this.#imageState
    shown.querySelectorAll(':scope > p.wrong').forEach((old) => {
      old.remove()
    })
    shown.append(at)
  }

  /** Lets something go on by itself; what it fails with is shown. */
  #begin(work: Promise<void>): void {
    work.catch((error: unknown) => this.#fail(error))
  }

  #listenForDrops(): void {
    for (const kind of ['dragenter', 'dragover', 'dragleave', 'drop'] as const) {
      document.addEventListener(kind, (event) => {
        event.preventDefault()
        document.body.classList.toggle('over', kind === 'dragenter' || kind === 'dragover')
        if (kind === 'drop') for (const file of event.dataTransfer?.files ?? []) this.#begin(this.#takeFile(file))
      })
    }
  }
}

function textOf(error: unknown): string {
  if (error instanceof WorkError) return [error.message, error.hint].filter(Boolean).join('. Hint: ')
  return error instanceof Error ? error.message : String(error)
}

/** The program of the workers: packed, for it is most of the page. */
async function workerCode(): Promise<string> {
  const packed = fromBase64(document.getElementById('worker')?.textContent ?? '')
  const unpacked = new Blob([new Uint8Array(packed)]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  return new Response(unpacked).text()
}

new Page(await workerCode())
