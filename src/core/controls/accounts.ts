import { remembered } from '../../base/remembered.ts'
import type { Origin } from '../../base/report/origin.ts'
import type { Problem } from '../../base/report/report.ts'
import { accountFiles } from '../../device/formats/account-files.ts'
import { AccountLedger, FIRST_ID, LAST_ID } from '../../device/formats/account-ledger.ts'
import type { Operation } from '../plan/operation.ts'
import type { Note } from '../plan/request.ts'
import { settleOwner } from './account-owner.ts'
import { lockUser, removeUser } from './account-stock.ts'
import type { Context, Contribution, Control } from './control.ts'
import { declareGroups, declareSuGroup, givenNumbers } from './declared-groups.ts'
import { editedFile } from './edited-file.ts'

/** The user under which the Desktop's first-run wizard signs itself in (userconf-pi, `rename-user`). */
export const WIZARD = 'rpi-first-boot-wizard'

/** Owners get their accounts, the stock account goes or is locked; the rest of the account files stays as it is. */
export const accounts: Control = { name: 'accounts', compile: (context) => compiled(context) }

/** Other controls ask for the accounts that come of it. */
const compiled = remembered(compile)

function compile(context: Context): Contribution {
  const { spec, inventory } = context
  const ledger = new AccountLedger(inventory.root, givenNumbers(spec))
  const operations: Operation[] = []
  const notes: Note[] = []
  const problems: Problem[] = []

  const owners = new Set(spec.users.map(({ name }) => name))
  const wizard = context.because([], 'the first-run wizard is switched off, so its user has nothing to do')
  operations.push(...removeUser(context, ledger, { name: WIZARD, home: true, origin: wizard }))
  const stock = inventory.stockUser
  if (stock !== undefined && !owners.has(stock)) {
    const origin = context.because(['defaultUser'], `the stock account '${stock}' is ${past[spec.defaultUser]}`)
    if (spec.defaultUser === 'remove') {
      operations.push(...removeUser(context, ledger, { name: stock, home: spec.removeHome, origin }))
      if (!spec.removeHome && inventory.root.lstat(`/home/${stock}`) !== undefined) {
        notes.push({ severity: 'info', message: `/home/${stock} stays as it is; removeHome: true removes it`, origin })
      }
    }
    if (spec.defaultUser === 'lock') lockUser(ledger, stock, origin)
  }
  problems.push(...declareGroups(context, ledger))
  declareSuGroup(context, ledger)
  for (const [index, user] of spec.users.entries()) {
    const settled = settleOwner(context, ledger, user, index)
    operations.push(...settled.operations)
    notes.push(...settled.notes)
    problems.push(...settled.problems)
  }
  notes.push(...strangers(context, owners))
  return { operations: [...accountOperations(context, ledger), ...operations], notes, problems }
}

const past = { remove: 'removed', lock: 'locked', keep: 'kept' } as const

/** The account files as whole files, with the mode and owner that the image gave them. */
function accountOperations(context: Context, ledger: AccountLedger): Operation[] {
  const origin = context.because(['users'], 'the accounts of this device')
  return [...ledger.files].map(([name, file]) => {
    const operation = editedFile(
      context.inventory.root,
      accountFiles[name].path,
      file.content(),
      origin,
      file.origins(),
    )
    return name === 'shadow' || name === 'gshadow' ? { ...operation, secret: true } : operation
  })
}

/** People's accounts that neither the spec nor the stock image accounts for: they stay, and the owner is told. */
function strangers({ inventory, because }: Context, owners: ReadonlySet<string>): Note[] {
  const origin: Origin = because(['users'], 'accounts of the image that the spec does not name are left alone')
  return inventory.accounts.passwd
    .filter(({ name, uid }) => uid >= FIRST_ID && uid <= LAST_ID && !owners.has(name))
    .filter(({ name }) => name !== inventory.stockUser && name !== WIZARD)
    .map(({ name, uid }) => ({
      severity: 'warning',
      message: `the image has an account '${name}' (uid ${uid}) that the spec does not name; it stays as it is`,
      origin,
    }))
}
