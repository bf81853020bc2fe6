import { shaped } from '../values.ts'

/** Language and keyboard. */

export const locale = (description: string) =>
  shaped(
    // Some have UTF-8 without saying so, such as sr_RS@latin; the image's list decides.
    /^(?:C\.UTF-8|[a-z]{2,3}(?:_[A-Z]{2})?\.UTF-8(?:@[a-z]+)?|[a-z]{2,3}_[A-Z]{2}@[a-z]+)$/,
    { code: 'NET003', predicate: 'is not a UTF-8 locale', hint: 'as in /etc/locale.gen, e.g. en_GB.UTF-8' },
    description,
  )

export const keyboard = (description: string) =>
  shaped(
    /^[a-z]{2,8}$/,
    { code: 'NET004', predicate: 'is not a keyboard layout', hint: 'an XKB layout such as gb, us, de' },
    description,
    { code: 'NET004', predicate: 'is not a keyboard layout', hint: 'put it in quotes' },
  )

export const keyboardVariant = (description: string) =>
  shaped(
    /^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/,
    { code: 'NET026', predicate: 'is not the variant of a keyboard layout', hint: 'e.g. nodeadkeys, dvorak, intl' },
    description,
  )
