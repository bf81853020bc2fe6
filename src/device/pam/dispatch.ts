import type { Action } from './control.ts'
import type { ReturnCode } from './return-codes.ts'
import type { Handler } from './stack.ts'
import type { Answer } from './transaction.ts'

/** A way in which a stack may end. */
export interface Outcome {
  readonly code: ReturnCode
  /** The module that decided it, and its answer; undefined: no module did. */
  readonly by: Step | undefined
  /** The first module of which it could not be known what it answers. */
  readonly doubt: Step | undefined
}

interface Step {
  readonly handler: Handler
  readonly answer: Answer
}

interface Verdict {
  readonly impression: 'undefined' | 'positive' | 'negative'
  readonly status: ReturnCode
}

interface State extends Verdict {
  /** What held where each substack was entered, by its depth. */
  readonly entered: readonly Verdict[]
  readonly by: Step | undefined
  readonly doubt: Step | undefined
}

/** PAM_MUST_FAIL_CODE */
const MUST_FAIL = 'perm_denied'

/**
 * Every way in which a stack may end, as libpam walks it (pam_dispatch.c, _pam_dispatch_aux). Where a module's answer is
 * not known, the walk goes on with each one that makes a difference; ways that meet again go on as one.
 *
 * @param ask what the module of a handler answers
 */
export function dispatch(stack: readonly Handler[], ask: (handler: Handler) => Answer): readonly Outcome[] {
  const fresh: Verdict = { impression: 'undefined', status: MUST_FAIL }
  const arrived = stack.map(() => new Map<string, State>())
  const ended = new Map<string, State>()
  const arrive = (index: number, state: State) => {
    const key = JSON.stringify([state.impression, state.status, state.entered])
    const there = arrived[index] ?? ended
    if (!there.has(key)) there.set(key, state)
  }
  arrive(0, { ...fresh, entered: [fresh], by: undefined, doubt: undefined })
  for (const [index, handler] of stack.entries()) {
    const states = [...(arrived[index] as Map<string, State>).values()]
    if (states.length === 0) continue
    const level = handler.level
    const isEntry = (stack[index - 1]?.level ?? 0) < level
    if (handler.isSubstack) {
      for (const state of states) arrive(index + 1, state)
      continue
    }
    const answer = handler.module === undefined ? { codes: [MUST_FAIL] as const } : ask(handler)
    const step = { handler, answer }
    for (const before of states) {
      const { impression, status } = before
      const state = isEntry
        ? { ...before, entered: [...before.entered.slice(0, level), { impression, status }] }
        : before
      for (const code of different(answer.codes, handler)) {
        const [next, after] = take(stack, index, state, step, code)
        arrive(next, answer.codes.length > 1 ? { ...after, doubt: after.doubt ?? step } : after)
      }
    }
  }
  return [...ended.values()].map((state) => ({ code: endOf(state), by: state.by, doubt: state.doubt }))
}

/** A stack without modules fails, and success counts only where a module gave it. */
function endOf({ status, impression }: State): ReturnCode {
  return status === 'success' && impression !== 'positive' ? MUST_FAIL : status
}

/** Of all answers one for each action; among those of one action only success and another are told apart. */
function different(codes: readonly ReturnCode[], { control }: Handler): readonly ReturnCode[] {
  const kinds = new Map(codes.toReversed().map((code) => [`${control[code]} ${code === 'success'}`, code]))
  return [...kinds.values()]
}

function take(
  stack: readonly Handler[],
  index: number,
  state: State,
  step: Step,
  code: ReturnCode,
): readonly [next: number, state: State] {
  const action = step.handler.control[code]
  const level = step.handler.level
  if (typeof action === 'number') return jump(stack, index, state, step, action)
  const isEnd = action === 'die' || (action === 'done' && afterOk(state, step, code).impression === 'positive')
  return [isEnd ? endOfLevel(stack, index, level) : index + 1, acted(action, state, step, code)]
}

function acted(action: Exclude<Action, number>, state: State, step: Step, code: ReturnCode): State {
  if (action === 'ignore') return state
  if (action === 'reset') return { ...state, ...(state.entered[step.handler.level] ?? state.entered[0]) }
  if (action === 'ok' || action === 'done') return afterOk(state, step, code)
  if (state.impression === 'negative') return state
  return { ...state, impression: 'negative', status: code === 'ignore' ? MUST_FAIL : code, by: step }
}

function afterOk(state: State, step: Step, code: ReturnCode): State {
  const isOpen = state.impression === 'undefined' || (state.impression === 'positive' && state.status === 'success')
  return isOpen ? { ...state, impression: 'positive', status: code, by: step } : state
}

/** `die` and `done` leave the substack in which they stand, or the stack. */
function endOfLevel(stack: readonly Handler[], index: number, level: number): number {
  let at = index + 1
  while ((stack[at]?.level ?? -1) >= level) at += 1
  return at
}

/** A substack counts as one module; a jump past the end is a failure. */
function jump(
  stack: readonly Handler[],
  index: number,
  state: State,
  step: Step,
  count: number,
): readonly [number, State] {
  const level = step.handler.level
  let at = index
  let left = count
  for (; left > 0 && (stack[at + 1]?.level ?? -1) >= level; left -= 1) {
    do at += 1
    while ((stack[at + 1]?.level ?? -1) > level)
  }
  return [at + 1, left > 0 ? { ...state, impression: 'negative', status: MUST_FAIL, by: step } : state]
}
