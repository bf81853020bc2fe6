import * as assert from 'uvu/assert'
import { presetsFor } from '../../../src/web/page/presets.ts'
import { smallSpec, specOf } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('what the page takes from the browser')

test('language and country give the keyboard and the country of the radio', () => {
  const cases = {
    'en-GB': ['gb', 'GB'],
    'en-US': ['us', 'US'],
    en: ['us', ''],
    'de-AT': ['at', 'AT'],
    'de-DE': ['de', 'DE'],
    'pt-BR': ['br', 'BR'],
    'zh-Hans-CN': ['us', 'CN'],
    'es-419': ['latam', ''],
    eo: ['us', ''],
  }
  for (const [language, [keyboard, country]] of Object.entries(cases)) {
    const presets = presetsFor(language, 'Europe/Vienna')
    assert.equal(presets, { timezone: 'Europe/Vienna', keyboard, country }, language)
    const device = { timezone: presets.timezone, keyboard: presets.keyboard }
    assert.is(specOf({ ...smallSpec(), device }).device.keyboard, keyboard)
  }
})
