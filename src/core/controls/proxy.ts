import { environmentValue } from '../../base/encode/identity.ts'
import type { Operation } from '../plan/operation.ts'
import { Traced } from '../render/render.ts'
import type { Context, Contribution, Control } from './control.ts'
import { editedFile, imageText } from './edited-file.ts'
import { rootFile, staleOnly } from './root-file.ts'

/** The proxy of apt (apt-transport-http(1)), and of whatever reads its address from the environment. */
export const proxy: Control = { name: 'proxy', compile }

const APT = '/etc/apt/apt.conf.d/52pibake-proxy'
/** pam_env gives these to whoever logs in, sudo and cron (pam_env(8)). */
const ENVIRONMENT = '/etc/environment'
const BEGIN = '# pibake: device.proxy'
const END = '# pibake: end of device.proxy'

/** Nobody asks a proxy for the device itself. */
const OWN = ['localhost', '127.0.0.1', '::1']

function compile({ spec, inventory, because }: Context): Contribution {
  const { root } = inventory
  const wanted = spec.device.proxy
  const origin = because(['device', 'proxy'], 'what the device fetches comes through a proxy')
  const before = imageText(root, ENVIRONMENT)
  const bare = withoutBlock(before)
  const edited = (text: string, lines: ReadonlyMap<number, typeof origin>): Operation[] =>
    text === before && lines.size === 0 ? [] : [editedFile(root, ENVIRONMENT, text, origin, lines)]
  if (wanted === undefined) return { operations: [...staleOnly(root, [APT], origin), ...edited(bare, new Map())] }
  const { url, except } = wanted
  const block = [
    BEGIN,
    ...['http_proxy', 'https_proxy'].map((name) => `${name}=${environmentValue(url)}`),
    `no_proxy=${environmentValue([...OWN, ...except].join(','))}`,
    END,
  ]
  const start = bare === '' || bare.endsWith('\n') ? bare : `${bare}\n`
  const first = start.split('\n').length - 1
  const text = `${start}${block.join('\n')}\n`
  const lines = new Map(block.map((_, i) => [first + i, origin]))
  // Of names alone: apt compares whole host names.
  const direct = except.filter((host) => /^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(host))
  return {
    operations: [
      rootFile(
        APT,
        {
          url: new Traced(url, because(['device', 'proxy', 'url'], 'apt fetches through it')),
          direct: direct.map((host) => new Traced(host, because(['device', 'proxy', 'except'], 'fetched directly'))),
        },
        origin,
      ),
      ...edited(text, lines),
    ],
  }
}

/** The file without what an earlier plan put there. */
function withoutBlock(text: string): string {
  const lines = text.split('\n')
  const from = lines.indexOf(BEGIN)
  const to = lines.indexOf(END, from)
  return from === -1 || to === -1 ? text : [...lines.slice(0, from), ...lines.slice(to + 1)].join('\n')
}
