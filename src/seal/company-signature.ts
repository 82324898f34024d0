import type { Seal } from '../authority/authority.ts'
import type { Bytes } from '../base/bytes.ts'
import { sha256 } from '../pki/algorithm.ts'
import { readCms, signCms } from '../pki/cms.ts'
import { ownSignatures } from './own-signatures.ts'
import type { Base, SealTools } from './revision.ts'

/** The CMS of the company's seal key over a digest, with a time stamp (B-T). */
export const companySignature =
  ({ authority }: SealTools, { certificate, chain, signer }: Seal = authority.seal()) =>
  async (digest: Bytes): Promise<Bytes> =>
    signCms({
      digest,
      certificate,
      chain,
      signer: await signer(),
      timeStamp: async (value) => authority.timeStamp(await sha256(value)),
    })

/** Who certified a document is who seals it: a seal that was changed meanwhile does not tear one document between two names. */
export async function sealOf(tools: SealTools, base: Pick<Base, 'object' | 'head'>): Promise<Seal> {
  const { authority } = tools
  if (!authority.hadOtherSeals) return authority.seal()
  const certified = (await ownSignatures(tools, base)).find(({ kind }) => kind === 'certification')
  const by = certified && readCms(certified.der).signerCertificate
  return authority.seal(by?.subject)
}
