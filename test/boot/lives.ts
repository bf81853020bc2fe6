import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { MAX_RETRY, type Owner, SSH_PORT } from '../system/support/owner.ts'
import type { Checks } from './checks.ts'
import { Console } from './console.ts'
import type { Device } from './device.ts'
import { GATEWAY } from './guest.ts'
import type { Seen } from './probe.ts'

/** Seconds for the slow parts, of an emulated device on a machine that others use too. */
export const START = 900
export const FIRST_START = 1200

/** The rules of the owner's spec: sshd's port for all, two others for none who is here. */
export const rules = [
  `allow ${SSH_PORT}/tcp`,
  'allow from 192.0.2.0/24 to any port 80 proto tcp',
  'deny from 203.0.113.7 to any port 30',
] as const

/** What was found in the life of one device. */
export interface Life {
  readonly checks: Checks
  readonly probes: Record<string, Seen>
  /** Of the guest's systemd and OpenSSH. */
  versions: readonly string[]
  /** What systemd says each start's time went to. */
  readonly analyses: Record<string, readonly string[]>
}

/** Starts a baked device twice and checks all that its owner may expect. Afterwards it is off, and without the plants. */
export async function liveBaked(device: Device, owner: Owner, life: Life): Promise<void> {
  const { checks, probes } = life
  let probe = device.probe()
  await device.start()
  await checks.check('the owner logs in with the key', () =>
    device.until('a login', START, () => device.login('true').status === 0),
  )
  await checks.check('the first start ends', () =>
    device.until('the end of the first start', FIRST_START, () => !['pending', 'running'].includes(state(device))),
  )
  probes.first = await probe.stop()
  await closed(checks, device, probes.first, 'first')
  life.analyses.first = analysis(device)
  await checks.check('the status is ok', () => isOk(device))
  await settled(checks, device)
  const keys = await hostKeys(checks, device)
  await access(checks, device, owner)
  await atConsole(checks, device, owner, (console) => ban(checks, device, owner, console))
  const before = device.asRoot(LISTING)
  probe = device.probe()
  await checks.check('it restarts in order', () => device.shutDown('reboot'))
  await device.start()
  await checks.check('after the restart the owner logs in', () =>
    device.until('a login', START, () => device.login('true').status === 0),
  )
  await checks.check('after the restart it comes to rest', () =>
    device.until('the end of the second start', START, () => rests(device)),
  )
  probes.second = await probe.stop()
  await closed(checks, device, probes.second, 'second')
  life.analyses.second = analysis(device)
  await checks.check('after the restart the status is ok', () => isOk(device))
  await checks.check('the second start writes nothing in /var/lib/pibake', () =>
    assert.is(device.asRoot(LISTING), before),
  )
  await checks.check('after the restart the host keys are the same', () => assert.equal(fingerprints(device), keys))
  await settled(checks, device, 'after the restart ')
  await checks.check(
    'after the restart fail2ban guards sshd',
    () => void device.asRoot('systemctl is-active fail2ban && fail2ban-client status sshd'),
  )
  device.asRoot(UNPLANT)
  await atConsole(checks, device, owner, async (console) => {
    await console.run(UNBAN)
    await checks.check('after the restart a password opens nothing', () => refused(device, owner))
    await console.run(UNBAN)
  })
  await device.shutDown('poweroff')
}

/**
 * Seconds after which each start of a card loses its power, before one that does not: while systemd begins, while the
 * local half works, while sshd comes up, and while dpkg is at work.
 */
const CUTS = [12, 25, 35, 60, 100, 150] as const

/** Starts a baked device whose power is cut again and again; in the end it has to be what it would have been without. */
export async function liveCut(device: Device, life: Life): Promise<void> {
  const { checks, probes } = life
  const probe = device.probe()
  for (const seconds of CUTS) {
    await device.start()
    await device.cutAfter(seconds)
  }
  await device.start()
  await checks.check(`after cuts at ${CUTS.join(', ')} s the owner logs in with the key`, () =>
    device.until('a login', START, () => device.login('true').status === 0),
  )
  await checks.check('after cuts the first start ends', () =>
    device.until('the end of the first start', FIRST_START, () => !['pending', 'running'].includes(state(device))),
  )
  probes.cut = await probe.stop()
  await closed(checks, device, probes.cut, 'cut')
  await checks.check('after cuts the status is ok', () => isOk(device))
  await settled(checks, device, 'after cuts ')
  await checks.check('after cuts dpkg finds nothing amiss', () =>
    assert.is(device.asRoot('dpkg --audit; dpkg --verify ufw fail2ban | grep -v /etc/ || true'), ''),
  )
  await device.shutDown('poweroff')
}

/** Starts the same image unbaked: the probe has to see what it is there to see. Afterwards it is off, and without the plants. */
export async function liveStock(device: Device, planted: readonly number[], life: Life): Promise<void> {
  const { checks, probes } = life
  const probe = device.probe()
  await device.start()
  await checks.check('control: the unbaked image starts', () =>
    device.until('a login', START, () => device.login('true').status === 0),
  )
  await checks.check('control: it comes to rest', () => device.until('rest', START, () => rests(device)))
  const control = await probe.stop()
  probes.control = control
  await checks.check('control: on the unbaked image the probe sees every planted port', () =>
    assert.equal(opened(control), planted),
  )
  await checks.check('control: on the unbaked image the probe sees a password login offered', () =>
    assert.match(Object.keys(control.methods).join(' '), /\bpassword\b/),
  )
  life.analyses.control = analysis(device)
  device.asRoot(UNPLANT)
  life.versions = device.asRoot('systemctl --version | head -n 1; ssh -V 2>&1').trim().split('\n')
  await device.shutDown('poweroff')
}

/** Every file of pibake's state, with its times. */
const LISTING = "find /var/lib/pibake -printf '%p %y %m %s %T@ %C@\\n' | sort"
/** How a login ends that hears nothing more: `timeout` ends it. */
const CUT_OFF = 124
/** A test that refuses and a machine that is slow leave failures behind, and all of them come from one address. */
const UNBAN = 'fail2ban-client unban --all'
const UNPLANT =
  'rm /etc/systemd/system/sysinit.target.wants/planted.service /etc/systemd/system/planted.service /usr/local/lib/planted.py'

/** What the device says of its own first start; `pending` where it cannot be asked. */
export function state(device: Device): string {
  const { status, stdout } = device.login('/usr/sbin/pibake-firstboot status --json')
  return status === 255 || stdout === '' ? 'pending' : (JSON.parse(stdout) as { state: string }).state
}

/** @throws Error with the end of its log where the first start did not end as it should */
export function isOk(device: Device): void {
  const said = device.asRoot('pibake-firstboot status --wait --json || tail -n 40 /var/lib/pibake/log/*', 3600)
  assert.match(said, /"state":"ok","attempts"/, said)
}

function analysis(device: Device): readonly string[] {
  const blame = 'systemd-analyze blame | head -n 15'
  return device.asRoot(`systemd-analyze; ${blame}; systemd-analyze critical-chain ssh.service`).trimEnd().split('\n')
}

/** Whether all units that a start begins have ended or are up. */
function rests(device: Device): boolean {
  return /^(?:running|degraded)$/.test(device.login('systemctl is-system-running').stdout.trim())
}

async function closed(checks: Checks, device: Device, seen: Seen, which: string): Promise<void> {
  await checks.check(`during the ${which} start no port but sshd's answered`, () => nothingOpened(device, seen))
  await checks.check(`during the ${which} start no password login was offered`, () => noPasswordOffered(seen))
  await checks.check(`during the ${which} start sshd had one host key`, () =>
    assert.is(Object.keys(seen.hostKeys).length, 1, Object.keys(seen.hostKeys).join(' ')),
  )
}

/** The probe has asked every port, and was answered by none; nor has who listens there heard anybody, however briefly. */
function nothingOpened(device: Device, seen: Seen): void {
  assert.equal(opened(seen), [])
  for (const [port, { asked, nobody }] of Object.entries(seen.ports)) {
    assert.ok(asked - nobody > 20, `port ${port} was asked only ${asked - nobody} times`)
  }
  const planted = device.asRoot('systemctl is-active planted; cat /run/planted 2>/dev/null || echo nobody')
  assert.is(planted, 'active\nnobody\n')
}

/** The probe has logged in, and every time sshd offered keys alone. */
function noPasswordOffered(seen: Seen): void {
  assert.ok(seen.logins > 0, 'no login')
  assert.equal(Object.keys(seen.methods), ['publickey'])
}

/** The ports of which the probe heard something. */
function opened(seen: Seen): readonly number[] {
  const ports = Object.keys(seen.ports).filter((port) => seen.ports[port]?.answered)
  return ports.map(Number)
}

/** What must be so after every start. */
async function settled(checks: Checks, device: Device, when = ''): Promise<void> {
  await checks.check(`${when}no unit failed`, () =>
    assert.is(device.asRoot('systemctl --failed --no-legend --plain'), ''),
  )
  await checks.check(`${when}ufw is active with exactly the rules`, () => {
    const said = device.asRoot(
      'ufw status verbose && ufw show added && iptables --list-rules INPUT && grep ^ENABLED= /etc/ufw/ufw.conf',
    )
    assert.match(said, /^Status: active\n(?:.*\n)*Default: deny \(incoming\), allow \(outgoing\)/)
    const added = said.split('\n').filter((line) => line.startsWith('ufw '))
    assert.equal(
      added,
      rules.map((rule) => `ufw ${rule}`),
    )
    assert.match(said, /^-P INPUT DROP$/m)
    assert.match(said, /^ENABLED=yes$/m)
  })
  await checks.check(`${when}the interim firewall is gone`, () =>
    assert.not.match(device.asRoot('nft list tables'), 'inet pibake'),
  )
}

/** Fingerprints of the host keys that lie on the card. */
function fingerprints(device: Device): readonly string[] {
  const said = device.asRoot('for key in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf "$key"; done')
  return [...said.matchAll(/SHA256:\S+/g)].map(([fingerprint]) => fingerprint)
}

async function hostKeys(checks: Checks, device: Device): Promise<readonly string[]> {
  const keys = fingerprints(device)
  await checks.check('every type of host key is there, each once', () => {
    assert.ok(keys.length >= 2, keys.join(' '))
    assert.is(new Set(keys).size, keys.length)
  })
  return keys
}

async function access(checks: Checks, device: Device, owner: Owner): Promise<void> {
  await checks.check('the owner is who the spec says', () =>
    assert.is(device.login('id --user --name; hostname').stdout, 'alice\nkit-07\n'),
  )
  await checks.check('sudo asks for the password and takes the right one only', () => {
    assert.is(device.login('sudo -n true').status, 1)
    const ask = "sudo -S -k -p '' id -u"
    assert.is(device.login(ask, { input: 'wrong\n' }).status, 1)
    const right = device.login(ask, { input: `${owner.password}\n` })
    assert.is(right.stdout, '0\n', right.stderr)
  })
  await checks.check('pi is gone', () => assert.is(device.login('getent passwd pi').status, 2))
}

/** One password login, which counts as a failure. */
function refused(device: Device, owner: Owner, user = 'alice'): void {
  const { status, stderr } = device.login('true', { user, password: owner.password })
  assert.is(status, 255)
  assert.match(stderr, 'Permission denied (publickey)')
}

/** Sits down at the console as root for a while. */
async function atConsole(
  checks: Checks,
  device: Device,
  owner: Owner,
  work: (console: Console) => Promise<void>,
): Promise<void> {
  const console = new Console(device.guest.serial)
  try {
    const there = await checks.check('the owner logs in on the console, and sudo asks for the password', () =>
      console.logIn('alice', owner.password),
    )
    if (!there) return
    await work(console)
    await console.logOut()
  } finally {
    console.close()
  }
}

/** The failures that lead to the ban are the refusals that are to be seen anyway. */
async function ban(checks: Checks, device: Device, owner: Owner, console: Console): Promise<void> {
  const counted = async () => Number((await console.run(`grep -c '\\[sshd\\] Found' /var/log/fail2ban.log`)).stdout)
  const banned = async () => (await console.run('fail2ban-client get sshd banip')).stdout.includes(GATEWAY)
  /** It reads the journal once a second or so. */
  const more = async (than: number): Promise<number> => {
    for (let waited = 0; waited < 60; waited++) {
      const failures = await counted()
      if (failures > than) return failures
      await sleep(1000)
    }
    throw new Error(`no failure was seen after ${than}`)
  }
  await checks.check('a password opens nothing', () => refused(device, owner))
  await checks.check(`fail2ban bans after ${MAX_RETRY} failures, and not before`, async () => {
    for (let failures = 0; failures < MAX_RETRY; failures = await more(failures)) {
      assert.ok(!(await banned()) || (await counted()) >= MAX_RETRY, `banned after ${failures} failures`)
      device.login('true', { user: failures === 0 ? 'pi' : 'admin', password: owner.password })
    }
    for (let waited = 0; !(await banned()); waited++) {
      assert.ok(waited < 60, 'no ban')
      await sleep(1000)
    }
  })
  await checks.check('who is banned reaches sshd no more', () => {
    // fail2ban notes the ban before the firewall has it: who comes between the two is cut off in the middle.
    const first = device.login('true').status
    assert.is(first === CUT_OFF ? device.login('true').status : first, 255)
  })
  await checks.check('once the ban is lifted the owner logs in again', async () => {
    await console.run(UNBAN)
    await device.until('a login', 60, () => device.login('true').status === 0)
  })
  await checks.check('pi is refused', () => refused(device, owner, 'pi'))
  await console.run(UNBAN)
}
