import { join } from 'node:path'
import { packageRoot } from '../../src/base/host/assets.ts'
import { debianKernel, moduleFiles, packInitramfs } from '../system/support/kernel.ts'

/** A kernel with an initramfs that runs `init.sh`. */
export interface Kernel {
  readonly image: string
  readonly initramfs: string
  /** Version of the kernel package, for the report. */
  readonly version: string
}

/** Loaded before the moment that is saved, and after it; modprobe adds what they need, in order. */
const modules = {
  early: [
    ...['xt_conntrack', 'xt_limit', 'xt_LOG', 'xt_addrtype', 'xt_comment', 'xt_tcpudp', 'xt_multiport', 'xt_recent'],
    ...['nft_compat', 'xt_hl', 'ipt_REJECT', 'ip6t_REJECT', 'ip6t_rt', 'nf_log_syslog', 'nf_conntrack_netbios_ns'],
    ...['vfat', 'nls_cp437', 'nls_ascii', 'nf_tables', 'nft_ct', 'nft_limit', 'nft_reject_inet'],
  ],
  disk: ['virtio_pci', 'virtio_blk'],
} as const

/** This machine's release's kernel with the initramfs of the sweep. */
export function kernel(work: string): Kernel {
  const debian = debianKernel()
  const early = moduleFiles(debian, modules.early)
  const disk = moduleFiles(debian, modules.disk).filter((file) => !early.includes(file))
  const init = join(packageRoot, 'test/power/init.sh')
  const initramfs = packInitramfs(work, init, '/bin/busybox', { early, disk })
  return { image: debian.image, initramfs, version: debian.version }
}
