import type { Findings } from './fact.ts'

/** Why some of what other tools write is not taken, in the words that several of them need. */
export const WHY_NOT = {
  noKey: 'it has no key in a spec',
  commands: 'commands belong in a script: firstBoot.scripts',
} as const

/** Raspberry Pi Connect, once a file: it takes several lines. */
export function leaveConnect(found: Findings, line: number): void {
  const what = 'Raspberry Pi Connect'
  const why = 'it is signed in to on the device: rpi-connect signin'
  if (!found.left.some((one) => one.what === what)) found.leave(what, why, line)
}

/** A wireless network with a log-in of its own for each user. */
export function leaveEnterprise(found: Findings, ssid: string, line: number): void {
  const why = 'a log-in by 802.1X needs the certificate of its authority: network.wifi.networks[].eap'
  found.leave(`the network ${ssid}`, why, line)
}
