import { only } from '../../base/encode/encode.ts'

/**
 * A user's or group's name in a sudoers rule. Upper case is left out on purpose: `ALL`, and every word of capitals, is
 * an alias there (sudoers(5)).
 */
export const sudoers = only(/[a-z_][a-z0-9_-]{0,31}/, 'is not a plain lower-case account name')
