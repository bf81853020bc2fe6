import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { patient } from '../runner/patience.ts'
import { program } from '../support/cli.ts'
import { assertGenerated } from '../support/generated.ts'
import { readmeBlocks } from '../support/readme.ts'
import { suite } from '../support/suite.ts'
import { terminalSvg } from '../support/terminal-svg.ts'
import { inWorkdir } from '../support/workdir.ts'
import { makeSampleImage } from '../write/bake/support/sample-image.ts'

const test = suite('the recording of the README')

/** What is typed, and what is on the screen when it is done. No package is carried: the sample image has no archive. */
const TYPED = [
  ['cat pibake.yaml', 'authorizedKeys'],
  ['pibake plan pibake.yaml --image base.img --no-bundle', 'every path: --all'],
  ['pibake bake pibake.yaml base.img -o kit.img --no-bundle', 'then: '],
] as const
const COLUMNS = 108
const ROWS = 58

test('shows what a terminal shows', () =>
  inWorkdir(async (folder) => {
    makeSampleImage(join(folder, 'base.img'))
    const spec = readmeBlocks('## Use it').find(({ language }) => language === 'yaml')
    writeFileSync(join(folder, 'pibake.yaml'), spec?.text ?? '', { mode: 0o600 })
    mkdirSync(join(folder, 'bin'))
    writeFileSync(join(folder, 'bin/pibake'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`, {
      mode: 0o755,
    })
    const tmux = (...words: string[]) =>
      spawnSync('tmux', ['-S', join(folder, 'tmux'), ...words], { encoding: 'utf8' }).stdout
    const env = `env -u NO_COLOR PATH='${join(folder, 'bin')}':"$PATH" PS1='$ ' PIBAKE_PAGER= SOURCE_DATE_EPOCH=1700000000`
    tmux('-u', 'new-session', '-d', '-s', 'r', '-x', `${COLUMNS}`, '-y', `${ROWS}`, `cd '${folder}' && exec ${env} sh`)
    const screen = (...more: string[]) => tmux('capture-pane', '-t', 'r', '-p', ...more)
    const shown: string[] = []
    try {
      for (const [command, last] of TYPED) {
        tmux('send-keys', '-t', 'r', `clear; ${command}`, 'Enter')
        const end = Date.now() + patient(60) * 1000
        // The prompt is there again behind what the command says last.
        while (!new RegExp(`${last}[^]*\\n\\$ ?$`).test(screen().trimEnd())) {
          if (Date.now() > end) assert.unreachable(`no ${last} on:\n${screen()}`)
          await sleep(50)
        }
        // The time that it took is another one each time.
        shown.push(`$ ${command}\n${screen('-e').replace(/ in [\d.]+ s;/, ' in 1.0 s;')}`)
      }
    } finally {
      tmux('kill-server')
    }
    const title = `A terminal: the spec, ${TYPED.slice(1)
      .map(([command]) => command.split(' ').slice(0, 2).join(' '))
      .join(', ')}`
    assertGenerated('docs/pictures/terminal.svg', terminalSvg(shown, COLUMNS, title))
  }))
