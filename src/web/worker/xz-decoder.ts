import binary from 'pibake:xz-wasm'
import { fromBase64 } from '../../base/host/bytes.ts'

/** What the WebAssembly module of xz-decompress 0.2.3 exports; it imports nothing. */
interface Exports {
  readonly memory: WebAssembly.Memory
  create_context(): number
  destroy_context(context: number): void
  supply_input(context: number, length: number): void
  get_next_output(context: number): number
}

/** Where the fields of its context are, in units of 32 bits (src/native/xzwasm.c): the size of both buffers, then xz_buf. */
const [SIZE, INPUT, INPUT_AT, INPUT_END, OUTPUT, OUTPUT_AT] = [0, 1, 2, 3, 4, 5] as const
const FIELDS = 6
/** enum xz_ret of xz-embedded: the two that are no error. */
const [XZ_OK, XZ_STREAM_END] = [0, 1] as const

let loaded: Exports | undefined

/** A worker may compile a module of any size on the spot. */
function decoder(): Exports {
  loaded ??= new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(fromBase64(binary))))
    .exports as unknown as Exports
  return loaded
}

/**
 * Decodes one .xz stream.
 *
 * @param input its bytes, in pieces
 * @returns what it decodes to, in pieces that are lent until the next one is asked for
 * @throws Error when it is damaged, truncated, or of a kind that the decoder does not know
 */
export function* decodeXzStream(input: Iterable<Uint8Array>): Generator<Uint8Array, void, undefined> {
  const { memory, create_context, destroy_context, supply_input, get_next_output } = decoder()
  const context = create_context()
  // Made anew for each use: the memory may have grown, and its buffer is another one then.
  const fields = () => new Uint32Array(memory.buffer, context, FIELDS)
  const field = (index: number) => fields()[index] as number
  try {
    const pieces = inPieces(input, field(SIZE))
    let isOver = false
    for (;;) {
      if (field(INPUT_AT) === field(INPUT_END)) {
        const { done, value } = pieces.next()
        if (done === true && isOver) throw new Error('it ends too early')
        isOver = done === true
        if (value !== undefined) new Uint8Array(memory.buffer, field(INPUT)).set(value)
        supply_input(context, value?.length ?? 0)
      }
      const code = get_next_output(context)
      if (code !== XZ_OK && code !== XZ_STREAM_END) throw new Error(`the decoder ends with ${code}`)
      const made = field(OUTPUT_AT)
      if (made > 0) {
        isOver = false
        yield new Uint8Array(memory.buffer, field(OUTPUT), made)
      }
      fields()[OUTPUT_AT] = 0
      if (code === XZ_STREAM_END) return
    }
  } finally {
    destroy_context(context)
  }
}

function* inPieces(input: Iterable<Uint8Array>, most: number): Generator<Uint8Array, void, undefined> {
  for (const bytes of input) {
    for (let at = 0; at < bytes.length; at += most) yield bytes.subarray(at, at + most)
  }
}
