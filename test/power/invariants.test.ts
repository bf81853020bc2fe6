import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'
import { run } from '../system/support/run.ts'
import { violations } from './invariants.ts'

const test = suite('power cuts: invariants')

const digest = `sha256:${'ab'.repeat(32)}`
const baked = {
  'root/etc/machine-id': 'uninitialized\n',
  'root/etc/passwd': 'root:x:0:0::/root:/bin/sh\n',
  'root/etc/shadow': 'root:*:19000::::::\n',
  'root/etc/group': 'root:x:0:\n',
  'root/etc/gshadow': 'root:*::\n',
  'root/etc/pibake/first-boot/host-keys': 'ed25519\n',
  'root/etc/ssh/sshd_config': '# none\n',
  'root/var/lib/pibake/status.json': '{"schema":1,"state":"pending","steps":[]}\n',
  'boot/config.txt': 'arm_64bit=1\n',
}
const key = 'root/etc/ssh/ssh_host_ed25519_key'
const record = 'root/var/lib/pibake/steps/host-keys'

/** A card before its first start, and one that has finished it, which `change` gets to break. */
async function judged(change: (card: string) => void): Promise<string[]> {
  let found: string[] = []
  await inWorkdir(async (work) => {
    for (const [path, text] of Object.entries(baked)) write(join(work, 'before'), path, text)
    const card = join(work, 'card')
    cpSync(join(work, 'before'), card, { recursive: true })
    run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', join(card, key)])
    write(card, record, `1 ${digest} ok none yes end\n`)
    write(card, 'root/var/lib/pibake/attempts.local', `1 ${digest} 1 end\n`)
    write(card, 'boot/pibake-status.txt', 'state: pending\n')
    change(card)
    found = violations(contents(card), contents(join(work, 'before')))
  })
  return found
}

const contents = (place: string) => ({ root: join(place, 'root'), boot: join(place, 'boot') })

function write(place: string, path: string, text: string): void {
  mkdirSync(dirname(join(place, path)), { recursive: true })
  writeFileSync(join(place, path), text)
}

const damage: Readonly<Record<string, readonly [change: (card: string) => void, found: string]>> = {
  'a key of 0 bytes': [(card) => write(card, key, ''), 'ssh_host_ed25519_key is in its place and does not parse'],
  'a key without its .pub': [(card) => rmSync(join(card, `${key}.pub`)), 'has no public key'],
  'an empty .pub': [(card) => write(card, `${key}.pub`, ''), 'has the public key of another'],
  'a key that others may read': [(card) => chmodSync(join(card, key), 0o644), 'has mode 644'],
  'a record and no key': [(card) => rmSync(join(card, key)), 'its record says host-keys is done, and it is not'],
  'a torn record': [(card) => write(card, record, `1 ${digest} ok no`), 'steps/host-keys is torn'],
  'an empty record': [(card) => write(card, record, ''), 'steps/host-keys is torn'],
  'a torn count': [(card) => write(card, 'root/var/lib/pibake/attempts.local', ''), 'attempts.local is torn'],
  'an empty status': [(card) => write(card, 'root/var/lib/pibake/status.json', ''), 'status.json is torn'],
  'a status that claims an id': [
    (card) =>
      write(
        card,
        'root/var/lib/pibake/status.json',
        '{"schema":1,"steps":[{"id":"machine-id","phase":"local","state":"ok"}]}\n',
      ),
    'status.json says machine-id is done, and it is not',
  ],
  'another file of /etc': [(card) => write(card, 'root/etc/passwd', ''), 'etc/passwd has changed'],
  'a file of /etc that is gone': [(card) => rmSync(join(card, 'root/etc/ssh/sshd_config')), 'sshd_config is gone'],
  'a boot file': [(card) => write(card, 'boot/config.txt', ''), 'config.txt has changed'],
}

test('a finished card, and one with leftovers of a cut, are sound', async () => {
  assert.equal(await judged(() => {}), [])
  const leftovers = (card: string) => {
    write(card, `${key}.new`, '')
    write(card, 'root/var/lib/pibake/steps/.machine-id.new', '1 sha')
    write(card, 'boot/pibake.new', '')
  }
  assert.equal(await judged(leftovers), [])
})

for (const [what, [change, expected]] of Object.entries(damage)) {
  test(`${what} is found`, async () => {
    const found = await judged(change)
    assert.ok(
      found.some((line) => line.includes(expected)),
      `found: ${found.join('; ')}`,
    )
  })
}
