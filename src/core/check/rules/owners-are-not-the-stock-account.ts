import type { Rule } from './rule.ts'

/** An owner called `pi` takes the stock account over: what defaultUser says is then of no effect. */
export const ownersAreNotTheStockAccount: Rule = {
  reads: ['users', 'defaultUser'],
  check({ spec }, report) {
    const i = spec.users.findIndex(({ name }) => name === 'pi')
    if (i === -1 || spec.defaultUser === 'keep') return
    report.warning(
      'USR009',
      ['users', i, 'name'],
      `the stock account 'pi' becomes an owner, so that defaultUser: ${spec.defaultUser} does nothing`,
      'choose a name that others do not try first, or write defaultUser: keep',
    )
  },
}
