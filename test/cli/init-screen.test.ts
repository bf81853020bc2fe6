import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/base/host/assets.ts'
import { loadSpec } from '../../src/cli/load-spec.ts'
import { patient } from '../runner/patience.ts'
import { program } from '../support/cli.ts'
import { assertGenerated } from '../support/generated.ts'
import { KEYS } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'

const test = suite('CLI: init in tmux, and its screen in the docs')

const PAGE = 'docs/getting-started.md'

/** A question, and what is typed then. */
const DIALOGUE = [
  ['Your login name', 'alice'],
  ['Name of the device', 'kit-07'],
  ['Public key that lets you in', ''],
  ['Password for sudo', 'violet kettle 12'],
  ['Once more', 'violet kettle 12'],
  ['Time zone', ''],
  ['Language', ''],
  ['Keyboard layout', 'de'],
  ['Wi-Fi network', 'kit'],
  ['Password of the Wi-Fi', 'a plain passphrase'],
  ['Country', ''],
] as const

test('a handful of questions, what the machine knows as answers, a spec that check takes, and the next command', () =>
  inWorkdir(async (folder) => {
    mkdirSync(join(folder, '.ssh'))
    writeFileSync(join(folder, '.ssh/id_ed25519.pub'), `${KEYS.alice}\n`)
    const socket = join(folder, 'tmux')
    const tmux = (...args: string[]) => spawnSync('tmux', ['-S', socket, ...args], { encoding: 'utf8' })
    const screen = () => tmux('capture-pane', '-t', 'init', '-p').stdout.trimEnd()
    const seen = async (text: string) => {
      const end = Date.now() + patient(30) * 1000
      while (!screen().includes(text)) {
        if (Date.now() > end) assert.unreachable(`no ${text} on:\n${screen()}`)
        await sleep(50)
      }
    }
    const env = `env -u SSH_AUTH_SOCK -u LC_ALL HOME=${folder} LANG=de_AT.UTF-8 TZ=Europe/Vienna NO_COLOR=1`
    const command = `cd ${folder} && ${env} ${process.execPath} ${program} init; sleep 600`
    assert.is(tmux('-u', 'new-session', '-d', '-s', 'init', '-x', '90', '-y', '50', command).status, 0)
    try {
      for (const [question, answer] of DIALOGUE) {
        await seen(`◆  ${question}`)
        // What this machine proposes is not what another one would.
        if (question === 'Keyboard layout') tmux('send-keys', '-t', 'init', 'C-u')
        if (answer !== '') tmux('send-keys', '-t', 'init', '-l', answer)
        tmux('send-keys', '-t', 'init', 'Enter')
      }
      await seen('next: pibake check')
      const shown = screen()
      assert.not.match(shown, /violet|passphrase/)
      const page = readFileSync(join(packageRoot, PAGE), 'utf8')
      const withScreen = page.replace(
        /(<!-- screen of init -->\n\n```text\n).*?(\n```)/s,
        (_, before, after) => before + shown + after,
      )
      assertGenerated(PAGE, withScreen)
    } finally {
      tmux('kill-server')
    }
    const file = join(folder, 'pibake.yaml')
    const { problems, spec } = loadSpec(file)
    assert.equal(problems, [])
    assert.equal(
      [spec?.users[0]?.name, spec?.device.hostname, spec?.device.timezone, spec?.device.locale],
      ['alice', 'kit-07', 'Europe/Vienna', 'de_AT.UTF-8'],
    )
    assert.is(spec?.users[0]?.authorizedKeys[0]?.blob, KEYS.alice.split(' ')[1])
    assert.equal([spec?.network.wifi?.country, spec?.network.wifi?.networks[0]?.ssid], ['AT', 'kit'])
    for (const name of ['pibake.yaml', 'wifi-kit.psk']) assert.is(statSync(join(folder, name)).mode & 0o777, 0o600)
    assert.not.match(readFileSync(file, 'utf8'), /violet|passphrase/)
  }))

test('called off with Ctrl-C: nothing is written', () =>
  inWorkdir(async (folder) => {
    const socket = join(folder, 'tmux')
    const tmux = (...args: string[]) => spawnSync('tmux', ['-S', socket, ...args], { encoding: 'utf8' })
    const command = `cd ${folder} && HOME=${folder} ${process.execPath} ${program} init; echo code=$?; sleep 600`
    tmux('-u', 'new-session', '-d', '-s', 'init', '-x', '90', '-y', '50', command)
    const screen = () => tmux('capture-pane', '-t', 'init', '-p').stdout
    const end = Date.now() + patient(30) * 1000
    try {
      while (!screen().includes('Your login name') && Date.now() < end) await sleep(50)
      tmux('send-keys', '-t', 'init', 'C-c')
      while (!screen().includes('code=') && Date.now() < end) await sleep(50)
      assert.match(screen(), 'code=130')
    } finally {
      tmux('kill-server')
    }
    assert.is(statSync(join(folder, 'pibake.yaml'), { throwIfNoEntry: false }), undefined)
  }))
