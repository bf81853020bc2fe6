import { momentOf, purlOf, type SbomFacts, uuidOf } from './sbom-facts.ts'
import type { SbomPackage } from './sbom-packages.ts'

const IMAGE = 'SPDXRef-image'

/**
 * An SPDX 2.3 document (ISO/IEC 5962 as extended by the SPDX specification 2.3, JSON) of an image and its packages. It has
 * no `primaryPackagePurpose`: the schema of 2.3.0 asks for `OPERATING_SYSTEM` there, that of 2.3.1 for `OPERATING-SYSTEM`.
 */
export function spdxOf(facts: SbomFacts) {
  const packages = facts.packages.map((one) => ({ id: refOf(one), one }))
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: facts.name,
    documentNamespace: `urn:uuid:${uuidOf(facts)}`,
    creationInfo: { created: momentOf(facts), creators: [`Tool: pibake-${facts.version}`] },
    packages: [
      {
        ...common(IMAGE, facts.name),
        ...(facts.sha256 === undefined ? {} : { checksums: [sha256(facts.sha256)] }),
        comment: `plan ${facts.planDigest}`,
      },
      ...packages.map(({ id, one }) => ({
        ...common(id, one.name),
        versionInfo: one.version,
        ...(one.sha256 === undefined ? {} : { checksums: [sha256(one.sha256)] }),
        sourceInfo: `built from the source package ${one.source.name} ${one.source.version}`,
        comment: one.from === 'image' ? 'in the image' : 'carried, installed at the first start',
        externalRefs: [
          {
            referenceCategory: 'PACKAGE-MANAGER',
            referenceType: 'purl',
            referenceLocator: purlOf(one, facts),
          },
        ],
      })),
    ],
    relationships: [
      { spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: IMAGE },
      ...packages.map(({ id }) => ({ spdxElementId: IMAGE, relationshipType: 'CONTAINS', relatedSpdxElement: id })),
    ],
  }
}

/** What is not looked into is said so: files, licences, where the package was downloaded from. */
function common(id: string, name: string) {
  return {
    SPDXID: id,
    name,
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    licenseConcluded: 'NOASSERTION',
    licenseDeclared: 'NOASSERTION',
    copyrightText: 'NOASSERTION',
  }
}

function sha256(checksumValue: string) {
  return { algorithm: 'SHA256', checksumValue }
}

/** Letters, digits, `.` and `-` only; `+` is the one other sign in a package's name. */
function refOf({ name, architecture }: SbomPackage): string {
  return `SPDXRef-deb-${name.replaceAll('+', '-plus-')}-${architecture}`
}
