import { checked, shaped } from '../values.ts'

/** What the audit of a device is told. */

export const roleWord = (description: string) =>
  shaped(
    /^[A-Za-z0-9][A-Za-z0-9-]{0,39}$/,
    { code: 'AUD003', predicate: 'is not a word', hint: 'letters, digits and hyphens, e.g. personal-data' },
    description,
  )

/** That there is such a rule is checked by `check/rules/`. */
export const auditRule = (description: string) =>
  shaped(
    /^[a-z][a-z0-9-]*$/,
    { code: 'AUD001', predicate: 'is not a rule of the audit', hint: 'docs/audit-rules.md lists them, e.g. listener' },
    description,
  )

export const auditSubject = (description: string) => checked(() => undefined, description)

export const auditReason = (description: string) =>
  checked(
    (text) =>
      text.trim() === ''
        ? { code: 'AUD004', predicate: 'says nothing', hint: 'who reads it next year has to understand it' }
        : undefined,
    description,
  )
