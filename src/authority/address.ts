/** Where the authority's facts are published, below an origin. These addresses stand in certificates: they never change. */
export const published = (origin: string) => ({
  rootList: `${origin}/pki/crl/root.crl`,
  issuingList: `${origin}/pki/crl/issuing.crl`,
  ocsp: `${origin}/pki/ocsp`,
  root: `${origin}/pki/root.crt`,
  issuing: `${origin}/pki/issuing.crt`,
})
