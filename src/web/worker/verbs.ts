import { compressionOf } from '../../storage/archive/compression.ts'
import { storedXz, type XzArchive } from '../../storage/archive/xz-stored.ts'
import type { FormValues } from '../form/form-values.ts'
import { readForm, writeForm } from '../form/spec-form.ts'
import { assetText } from '../host/assets.ts'
import { checkSpec, ImageJob, type SpecText } from '../job/image-job.ts'
import type { OutputFormat, XzKind } from '../job/output-format.ts'
import { hashPassword, readKey } from '../job/person.ts'
import { BlobBytes } from './blob-bytes.ts'
import { composed, composedOfFew, imageParts, xzParts } from './compose.ts'
import { gzipped } from './pack.ts'
import type { OnProgress } from './streams.ts'
import { unpacked } from './unpack.ts'
import { enteredXz, splicedBytes } from './xz-bytes.ts'

interface Opened {
  readonly file: File
  /** The file, if that is an .xz of several blocks. */
  readonly archive: XzArchive | undefined
  /** What it decodes to; the file itself if it is not packed. */
  readonly image: Blob
  readonly bytes: BlobBytes
  readonly job: ImageJob
}
let opened: Opened | undefined

const { version } = JSON.parse(assetText('package.json')) as { version: string }

const today = () => new Date().toISOString().slice(0, 10)

function current(): Opened {
  if (opened === undefined) throw new Error('no image is open')
  return opened
}

/** What the page may ask for. */
export const verbs = {
  async open({ file }: { file: File }, onProgress: OnProgress) {
    opened = undefined
    const image = await unpacked(file, onProgress)
    const bytes = new BlobBytes(image)
    const job = new ImageJob(bytes, file.name, today())
    const title = job.title()
    const isXz = compressionOf(new Uint8Array(await file.slice(0, 6).arrayBuffer())) === 'xz'
    const archive = isXz ? enteredXz(file, file.name) : undefined
    opened = { file, archive, image, bytes, job }
    const xz: XzKind | undefined = isXz ? (archive === undefined ? 'whole' : 'blocks') : undefined
    return { title, size: image.size, xz }
  },
  check: (spec: SpecText) => checkSpec(spec, today()),
  look: (spec: SpecText) => current().job.look(spec),
  audit: () => current().job.audit(version),
  manifest: () => `${JSON.stringify(current().job.manifest(version), null, 2)}\n`,
  /**
   * What is saved. An image was read back, from the very Blob that is handed out or packed.
   *
   * @param options.isOfFew see {@link composedOfFew}
   */
  async make({ format, isOfFew }: { format: OutputFormat; isOfFew: boolean }, onProgress: OnProgress) {
    const { file, archive, image, bytes, job } = current()
    if (format === 'overlay.tar') return new Blob([new Uint8Array(await job.overlay())])
    const extents = job.extents()
    const compose = isOfFew ? composedOfFew : composed
    if (format === 'img.xz') {
      if (archive === undefined) throw new Error('the image did not come in blocks')
      const made = await compose(await xzParts(file, storedXz(archive, bytes, extents), onProgress))
      job.assertReadsBack(splicedBytes(made, bytes, extents))
      return made
    }
    const made = await compose(imageParts(image, extents))
    job.assertReadsBack(new BlobBytes(made))
    return format === 'img.gz' ? gzipped(made, onProgress) : made
  },
  readForm: ({ text }: { text: string }) => readForm(text),
  writeForm: ({ text, values }: { text: string; values: FormValues }) => writeForm(text, values),
  key: ({ text }: { text: string }) => readKey(text),
  password: hashPassword,
}
