import { RETURN_CODES, type ReturnCode } from './return-codes.ts'

/** What is done with a module's answer; a number is how many modules are jumped over. */
export type Action = 'ignore' | 'ok' | 'done' | 'bad' | 'die' | 'reset' | number

/** An action for every answer. */
export type Control = Readonly<Record<ReturnCode, Action>>

const ACTIONS = ['ignore', 'ok', 'done', 'bad', 'die', 'reset'] as const

/** The four words as libpam spells them out (pam_handlers.c). */
const words: Readonly<Record<string, Control>> = {
  required: control({ success: 'ok', new_authtok_reqd: 'ok', ignore: 'ignore' }, 'bad'),
  requisite: control({ success: 'ok', new_authtok_reqd: 'ok', ignore: 'ignore' }, 'die'),
  optional: control({ success: 'ok', new_authtok_reqd: 'ok' }, 'ignore'),
  sufficient: control({ success: 'done', new_authtok_reqd: 'done' }, 'ignore'),
}

/** A line that libpam cannot use: whatever happens, it is bad. */
export const ALWAYS_BAD = control({}, 'bad')

/** Reads `required` … or the inside of `[success=1 default=ignore]` as libpam does: what it cannot read is bad throughout. */
export function parseControl(text: string): Control {
  return words[text.toLowerCase()] ?? parsePairs(text)
}

/** Names are matched by their beginning, and a pair that is set first wins over `default` after it (_pam_parse_control). */
function parsePairs(text: string): Control {
  const actions: Partial<Record<ReturnCode, Action>> = {}
  for (let rest = text.trimStart(); rest !== ''; rest = rest.trimStart()) {
    const name = [...RETURN_CODES, 'default' as const].find((code) => rest.startsWith(code))
    const pair = name && /^\s*=\s*(ignore|ok|done|bad|die|reset|0*[1-9]\d{0,8})/.exec(rest.slice(name.length))
    if (name === undefined || !pair) return ALWAYS_BAD
    const action = toAction(pair[1] as string)
    if (name === 'default') for (const code of RETURN_CODES) actions[code] ??= action
    else actions[name] = action
    rest = rest.slice(name.length + pair[0].length)
  }
  return control(actions, 'bad')
}

function toAction(text: string): Action {
  return ACTIONS.find((action) => action === text) ?? Number(text)
}

function control(actions: Partial<Record<ReturnCode, Action>>, otherwise: Action): Control {
  return Object.fromEntries(RETURN_CODES.map((code) => [code, actions[code] ?? otherwise])) as Record<
    ReturnCode,
    Action
  >
}
