import { momentOf, purlOf, type SbomFacts, uuidOf } from './sbom-facts.ts'

const IMAGE = 'image'

/** A CycloneDX 1.6 document (ECMA-424, JSON) of an image and its packages. */
export function cyclonedxOf(facts: SbomFacts) {
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(facts)}`,
    version: 1,
    metadata: {
      timestamp: momentOf(facts),
      tools: { components: [{ type: 'application', name: 'pibake', version: facts.version }] },
      component: {
        type: 'operating-system',
        'bom-ref': IMAGE,
        name: facts.name,
        version: facts.release,
        ...(facts.sha256 === undefined ? {} : { hashes: [sha256(facts.sha256)] }),
        properties: [{ name: 'pibake:plan', value: facts.planDigest }],
      },
    },
    components: facts.packages.map((one) => ({
      type: 'library',
      'bom-ref': purlOf(one, facts),
      ...(one.maintainer === undefined ? {} : { publisher: one.maintainer }),
      name: one.name,
      version: one.version,
      ...(one.sha256 === undefined ? {} : { hashes: [sha256(one.sha256)] }),
      purl: purlOf(one, facts),
      properties: [
        { name: 'pibake:from', value: one.from },
        { name: 'pibake:source', value: `${one.source.name} ${one.source.version}` },
      ],
    })),
    dependencies: [{ ref: IMAGE, dependsOn: facts.packages.map((one) => purlOf(one, facts)) }],
  }
}

function sha256(content: string) {
  return { alg: 'SHA-256', content }
}
