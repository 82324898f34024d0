import { hex } from '../base/bytes.ts'
import { type Certificate, fromPem, readCertificate } from '../pki/certificate.ts'
import { readRevocationList } from '../pki/revocation.ts'
import type { TrustMaterial } from './signature-material.ts'

/**
 * Where an authority of others stands on a certificate's way up, its lists are not ours to give: a line for each such certificate, with how far
 * the lists at hand reach, `leaf` or `none`. Nothing for those whose every authority has its list here.
 */
export function listsReach(certificates: TrustMaterial['certificates'], revocationLists: readonly string[]): string {
  const read = certificates.map(({ serial, kind, pem }) => ({ serial, kind, ...readCertificate(fromPem(pem)[0]!) }))
  const lists = revocationLists.flatMap((pem) => fromPem(pem, 'X509 CRL')).map((der) => hex(readRevocationList(der).issuerDer))
  const hasList = ({ issuerDer }: { readonly issuerDer: Uint8Array }): boolean => lists.includes(hex(issuerDer))
  const lines = read
    .filter(({ kind }) => kind === 'leaf')
    .map((leaf) => {
      const above: (typeof read)[number][] = []
      for (
        let next = read.find(isIssuerOf(leaf));
        next && next.kind === 'authority' && above.length < 6;
        next = read.find(isIssuerOf(next))
      )
        above.push(next)
      return { serial: leaf.serial, reach: above.every(hasList) && hasList(leaf) ? 'all' : hasList(leaf) ? 'leaf' : 'none' }
    })
  return lines.flatMap(({ serial, reach }) => (reach === 'all' ? [] : [`${serial} ${reach}\n`])).join('')
}

const isIssuerOf =
  (one: Certificate) =>
  (candidate: Certificate): boolean =>
    candidate.isCa &&
    hex(candidate.subjectDer) === hex(one.issuerDer) &&
    (!one.akid || !candidate.skid || hex(one.akid) === hex(candidate.skid))
