/** Whether a certificate was taken back: lists that an authority publishes, and answers about one certificate. */
export {
  isListOf,
  makeRevocationList,
  readRevocationList,
  REVOCATION_REASONS,
  type Revoked,
  type RevocationList,
  type RevocationListRequest,
  type RevocationReason,
} from './revocation-list.ts'
export {
  certificateIdOf,
  type CertificateId,
  issuerHashes,
  makeOcspResponse,
  type OcspAnswer,
  ocspRefusal,
  type OcspRequest,
  type OcspResponse,
  type OcspResponseRequest,
  type OcspStatus,
  readOcspRequest,
  readOcspResponse,
  responderOf,
} from './ocsp.ts'
