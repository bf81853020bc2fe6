import { hostnameIn } from '../../controls/hostname.ts'
import { imageText } from '../../presentation/print-plan.ts'
import type { AuditedTarget } from '../audit-target.ts'
import type { ReportedImage } from './page.ts'

/** @param name what the image was called by */
export function reportedImage(name: string, { inventory, ...audit }: AuditedTarget): ReportedImage {
  return {
    name,
    title: imageText(inventory),
    hostname: hostnameIn(inventory.root),
    hasBoot: inventory.boot !== undefined,
    audit,
  }
}
