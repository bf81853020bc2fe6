import * as v from 'valibot'
import { profiles } from '../../base/report/origin.ts'
import { access } from './sections/access.ts'
import { alerts } from './sections/alerts.ts'
import { device } from './sections/device.ts'
import { fail2ban } from './sections/fail2ban.ts'
import { files } from './sections/files.ts'
import { firewall } from './sections/firewall.ts'
import { firstBoot } from './sections/first-boot.ts'
import { groups } from './sections/groups.ts'
import { hardening } from './sections/hardening.ts'
import { hardware } from './sections/hardware.ts'
import { include } from './sections/include.ts'
import { mounts } from './sections/mounts.ts'
import { network } from './sections/network.ts'
import { packages } from './sections/packages.ts'
import { risk } from './sections/risk.ts'
import { services } from './sections/services.ts'
import { ssh } from './sections/ssh.ts'
import { updates } from './sections/updates.ts'
import { users } from './sections/users.ts'
import { flag, oneOf, section, setting } from './values.ts'

// Not taken out of `v`: a bundler would keep all of it for that.
const part = v.nullish

/**
 * The spec, version 1: every key with its kind, its default (others where the strict and cis profiles differ) and what it
 * is for. What fits together is the business of `check/rules/`. The type `Spec`, the JSON Schema and docs/spec.md are
 * made from this. A section may stand there without any key, which YAML reads as null.
 */
export const specSchema = section(
  {
    version: v.pipe(v.literal(1), v.description('Version of this format.')),
    include: setting(include, []),
    profile: setting(
      oneOf(
        profiles,
        'The defaults of everything else: standard breaks little, strict closes what no ordinary device needs, cis asks what the CIS Benchmark (Level 1, Server) asks.',
      ),
      'standard',
    ),
    device: part(device, {}),
    users: part(users, []),
    groups: part(groups, []),
    defaultUser: setting(oneOf(['remove', 'lock', 'keep'], 'What becomes of the stock account `pi`.'), 'remove'),
    removeHome: setting(flag('With `defaultUser: remove`: whether its home goes too.'), false),
    ssh: part(ssh, {}),
    firewall: part(firewall, {}),
    fail2ban: part(fail2ban, {}),
    updates: part(updates, {}),
    packages: part(packages, {}),
    services: part(services, {}),
    hardware: part(hardware, {}),
    hardening: part(hardening, {}),
    network: part(network, {}),
    alerts: part(alerts, {}),
    files: part(files, []),
    mounts: part(mounts, []),
    access: part(access, {}),
    risk: part(risk, {}),
    firstBoot: part(firstBoot, {}),
  },
  'Spec of pibake: what a Raspberry Pi OS image is to become before its first start.',
)

/** A spec as it is written, with every value's own syntax checked. */
export type WrittenSpec = v.InferInput<typeof specSchema>

/** A written spec with every default filled in and every value parsed, but for the files that it names. */
export type FilledSpec = v.InferOutput<typeof specSchema>
