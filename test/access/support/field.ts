import { Network } from '../../system/support/network.ts'
import { run } from '../../system/support/run.ts'
import { clients } from './site.ts'

/** What the device's ends of the wires are called. */
export const INTERFACES = ['eth0', 'wlan0'] as const

/** Addresses of the LAN beside the owner's, so that no client pays for the failures of another. */
export const spares = Array.from({ length: 40 }, (_, i) => `192.0.2.${20 + i}`)

/** A network with two wires to the device: the LAN, in which a stranger is too, and a wireless network. */
export class Field extends Network {
  override plug(): void {
    const { lan, wlan, stranger } = clients
    const script = `
      for name in eth0 wlan0; do
        ip link delete "w-$name" 2>/dev/null || :
        ip link add "w-$name" type veth peer name "$name"
      done
      for address in ${[lan.address, ...spares].join(' ')}; do ip address add "$address/24" dev w-eth0; done
      ip address add ${stranger.address}/32 dev w-eth0
      ip address add ${wlan.address}/24 dev w-wlan0
      for name in lo w-eth0 w-wlan0; do ip link set "$name" up; done`
    run(['ip', 'netns', 'exec', this.name, 'sh', '-euc', script])
  }
}

/** Gives the device's interfaces their addresses: `sh -c`, inside the device's network. */
export const ADDRESSES = `
ip address add ${clients.lan.device}/24 dev eth0
ip address add ${clients.wlan.device}/24 dev wlan0
ip link set eth0 up
ip link set wlan0 up
ip route add default via ${clients.lan.address}`
