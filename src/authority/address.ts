import type { Profile } from '../pki/certificate.ts'

/**
 * Where the authority's facts are published, below an origin. These addresses stand in certificates: they never change. `issuing` is the
 * issuing authority's name in addresses, see `certificates`.
 */
export const published = (origin: string, issuing = 'issuing') => ({
  rootList: `${origin}/pki/crl/root.crl`,
  issuingList: `${origin}/pki/crl/${issuing}.crl`,
  ocsp: `${origin}/pki/ocsp`,
  root: `${origin}/pki/root.crt`,
  issuing: `${origin}/pki/${issuing}.crt`,
})

/** What a certificate of that kind says about where its issuer's facts are. */
export function addressesIn(profile: Profile, urls: ReturnType<typeof published>): { crlUrl?: string; ocspUrl?: string; caUrl?: string } {
  if (profile === 'root') return {}
  if (profile === 'issuing') return { crlUrl: urls.rootList, caUrl: urls.root }
  if (profile === 'ocsp') return { caUrl: urls.issuing }
  return { crlUrl: urls.issuingList, ocspUrl: urls.ocsp, caUrl: urls.issuing }
}
