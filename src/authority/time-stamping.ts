import type { Bytes } from '../base/bytes.ts'
import type { Instant } from '../base/instant.ts'
import { newSerial } from '../pki/certificate.ts'
import { answerTimeStampRequest } from '../pki/time-stamp.ts'
import { carriedWith, readHouseCertificates, TIME_STAMP_POLICY } from './certificates.ts'
import type { AuthorityTools } from './creating.ts'

/** Answers whoever asks for a time stamp (RFC 3161). Refused while the keys are locked. */
export async function answerTimeStamp({ db, keys }: AuthorityTools, request: Uint8Array, at: Instant): Promise<Bytes> {
  const { all, current } = await readHouseCertificates(db)
  return answerTimeStampRequest(request, {
    at,
    serial: newSerial(),
    policy: TIME_STAMP_POLICY,
    certificate: current.tsa.der,
    chain: carriedWith(all, current.tsa),
    signer: await keys.signerOfKey(current.tsa.keyId ?? ''),
  })
}
