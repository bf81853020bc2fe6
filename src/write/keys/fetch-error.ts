import { FetchError } from '../../base/errors.ts'

/** Keys could not be fetched, or are not what they should be. Nothing was written. */
export class KeyError extends FetchError {
  override readonly name = 'KeyError'
}
