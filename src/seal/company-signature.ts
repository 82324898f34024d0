import type { Bytes } from '../base/bytes.ts'
import { sha256 } from '../pki/algorithm.ts'
import { signCms } from '../pki/cms.ts'
import type { SealTools } from './revision.ts'

/** The CMS of the company's seal key over a digest, with a time stamp (B-T). */
export const companySignature =
  ({ authority }: SealTools) =>
  async (digest: Bytes): Promise<Bytes> =>
    signCms({
      digest,
      certificate: authority.certificates().seal,
      chain: authority.chain('seal'),
      signer: await authority.signerFor('seal'),
      timeStamp: async (value) => authority.timeStamp(await sha256(value)),
    })
