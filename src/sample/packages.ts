/** One paragraph of /var/lib/dpkg/status (deb-control(5)). */
export function packageEntry(name: string, version: string, architecture: string): string {
  return `Package: ${name}\nStatus: install ok installed\nPriority: optional\nSection: misc\nMaintainer: sample <sample@localhost>\nArchitecture: ${architecture}\nVersion: ${version}\nDescription: ${name}\n\n`
}
