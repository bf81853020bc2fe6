/** Capabilities of files (capabilities(7)), in the order of their numbers (linux/capability.h). */
const NAMES =
  `chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable net_bind_service
net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin sys_boot
sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap mac_override mac_admin syslog
wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore`.split(/\s+/)

/** Of the attribute `security.capability`: a revision, then words of 32 bits, the permitted ones first of each pair. */
const PERMITTED = [4, 12]

/**
 * The capabilities that a file may give to whoever starts it.
 *
 * @param value of the extended attribute `security.capability`, as it lies on the disk
 * @returns names, `setuid`; a number where there is no name yet
 */
export function permitted(value: Uint8Array): readonly string[] {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength)
  return PERMITTED.flatMap((offset, pair) => {
    if (offset + 4 > value.length) return []
    const word = view.getUint32(offset, true)
    const bits = Array.from({ length: 32 }, (_, bit) => bit).filter((bit) => ((word >>> bit) & 1) === 1)
    return bits.map((bit) => NAMES[bit + 32 * pair] ?? String(bit + 32 * pair))
  })
}
