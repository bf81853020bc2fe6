import type { Origin } from '../../base/report/origin.ts'
import type { ConfigRequest, TokenRequest } from '../plan/request.ts'
import { Traced } from '../render/render.ts'
import type { Context, Contribution, Control } from './control.ts'
import { rootFile, staleOnly } from './root-file.ts'

/** Words that a spec has added to cmdline.txt, which has no place to mark them: without this nobody knew them again. */
const ADDED = '/etc/pibake/kernel-arguments'

/** Lines of config.txt and words of cmdline.txt as the spec has them; what they may be, `check/rules` says. */
export const bootSettings: Control = { name: 'boot settings', compile }

function compile(context: Context): Contribution {
  const { configTxt, cmdline } = context.spec.hardware
  const lines = configTxt.map(({ filter, line }, i): ConfigRequest => {
    const origin = context.because(['hardware', 'configTxt', i], 'a line of the spec')
    return { filter, line, origin, inOrder: true }
  })
  const origin = context.because(
    ['hardware', 'cmdline', 'add'],
    'words of the kernel command line that the spec has added',
  )
  const own = wordsIn(context.inventory.boot?.read('/cmdline.txt'))
  const earlier = wordsIn(context.inventory.root.read(ADDED))
  // What the image has of itself stays when the key goes.
  const added = cmdline.add.flatMap((word, i) =>
    own.includes(word) && !earlier.includes(word)
      ? []
      : [new Traced(word, context.because(['hardware', 'cmdline', 'add', i], 'a word of the spec'))],
  )
  return {
    configTxt: [...ownScope(lines), ...lines],
    cmdline: requests(context, earlier, origin),
    operations:
      added.length > 0
        ? [rootFile(ADDED, { words: added }, origin)]
        : staleOnly(context.inventory.root, [ADDED], origin),
  }
}

/** A parameter that comes before every overlay of the spec is not for the last one of the image. */
function ownScope(lines: readonly ConfigRequest[]): readonly ConfigRequest[] {
  const first = lines.find(({ line }) => /^dt(param|overlay)=/.test(line))
  return first?.line.startsWith('dtparam=') ? [{ ...first, filter: 'all', line: 'dtoverlay=' }] : []
}

function wordsIn(bytes: Uint8Array | undefined): readonly string[] {
  return new TextDecoder()
    .decode(bytes)
    .split(/\s+/)
    .filter((word) => word !== '')
}

function requests({ spec, because }: Context, earlier: readonly string[], stale: Origin): TokenRequest[] {
  const { add, remove } = spec.hardware.cmdline
  return [
    ...earlier.filter((word) => !add.includes(word)).map((word): TokenRequest => ({ remove: word, origin: stale })),
    ...remove.map((word, i): TokenRequest => {
      return { remove: word, origin: because(['hardware', 'cmdline', 'remove', i], 'the spec wants it gone') }
    }),
    ...add.map((word, i): TokenRequest => {
      return { add: word, origin: because(['hardware', 'cmdline', 'add', i], 'a word of the spec') }
    }),
  ]
}
