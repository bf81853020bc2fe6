import fc from 'fast-check'

/** Text of any UTF-16 units, lone surrogates, controls and marks among them; every other one is ASCII. */
export function anyText(options: { minLength?: number; maxLength?: number } = {}): fc.Arbitrary<string> {
  const unit = fc.oneof(fc.integer({ min: 0, max: 0x7f }), fc.integer({ min: 0, max: 0xffff }))
  return fc.array(unit, options).map((units) => String.fromCharCode(...units))
}
