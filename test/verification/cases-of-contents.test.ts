import { type Bytes, concat } from '../../src/base/bytes.ts'
import { sha256 } from '../../src/pki/algorithm.ts'
import { attribute } from '../../src/pki/cms.ts'
import { empty, octets, oid, sequence, tlv } from '../../src/pki/der.ts'
import { OID } from '../../src/pki/oid.ts'
import { later, MINUTE } from '../../src/base/instant.ts'
import { newSerial, issueCertificate } from '../../src/pki/certificate.ts'
import { declareAuthority, openssl, START } from '../pki/declared-authority.ts'
import { type Case, FORMAT, type Stage, tryCases } from './cases.ts'
import { type AnyHolder, anyHolder, type Crafting, craftCms, indefinite, plainHolder } from './crafted-cms.ts'
import { otherFile, signedBy } from './other-file.ts'
import { sealedFile } from './sealed-file.ts'

type Shape = (stage: Stage) => Promise<Partial<Crafting>> | Partial<Crafting>
type Verdict = Case['expected']

/** The same CMS in a file of others and as the first signer's of ours: there with everything else as it should be, time stamp included. */
function both(number: string, name: string, expected: Verdict, shape: Shape, after = (cms: Bytes): Bytes => cms, or?: Verdict): Case[] {
  const craft = async (stage: Stage, covered: Bytes, more: Partial<Crafting>): Promise<Bytes> => {
    const { authority } = stage
    const chain = [authority.issuing.certificate, authority.root.certificate]
    return after(await craftCms({ covered, holder: plainHolder(authority.signer), chain, ...more, ...(await shape(stage)) }))
  }
  const common = { name, expected, ...(or ? { or } : {}) }
  return [
    { number, ...common, make: (stage) => signedBy(otherFile(), { cms: (covered) => craft(stage, covered, {}) }) },
    {
      number: `${number}, ours`,
      ...common,
      make: async (stage) =>
        (
          await sealedFile('stream', {
            authority: stage.authority,
            cms: ({ covered, stamp }) => craft(stage, covered, { timeStamp: stamp }),
          })
        ).file,
    },
  ]
}

const sha1 = (stage: Stage): Promise<AnyHolder> => anyHolder('rsa', 'SHA-1', stage.authority.issuing)

/** PKCS #1 padding that only looks right from the left: with the exponent 3 its cube root is a signature without the key (Bleichenbacher 2006). */
async function forgedWithExponent3({ authority }: Stage): Promise<Partial<Crafting>> {
  using tool = openssl()
  tool.run('genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:3072', '-pkeyopt', 'rsa_keygen_pubexp:3', '-out', 'key.pem')
  const pem = tool.run('pkey', '-in', 'key.pem', '-pubout')
  const spki = Uint8Array.fromBase64(pem.replaceAll(/-----[^-]+-----|\s/g, ''))
  const times = { notBefore: START, notAfter: later(START, 600 * MINUTE) }
  const { issuing } = authority
  const certificate = await issueCertificate(
    { profile: 'signer', subject: { commonName: 'Marie Dupont' }, spki, serial: newSerial(), issuer: issuing, ...times },
    issuing.signer,
  )
  const forge = async (message: Bytes): Promise<Bytes> => {
    const info = sequence(sequence(oid(OID.sha256), empty()), octets(await sha256(message)))
    const head = concat([Uint8Array.of(0, 1, 255, 255, 255, 255, 255, 255, 255, 255, 0), info])
    const size = 384
    const low = BigInt(`0x${head.toHex()}${'00'.repeat(size - head.length)}`)
    const root = cubeRoot(low + (1n << BigInt(8 * (size - head.length))) - 1n)
    return Uint8Array.fromHex(root.toString(16).padStart(size * 2, '0'))
  }
  const algorithm = sequence(oid(OID.rsaSha256), empty())
  const digest = { name: 'SHA-256' as const, identifier: sequence(oid(OID.sha256)) }
  return { holder: { certificate, digest, algorithm, sign: forge } }
}

/** The largest number whose cube is not larger. */
function cubeRoot(of: bigint): bigint {
  let [low, high] = [0n, 1n << 1024n]
  while (low < high) {
    const middle = (low + high + 1n) >> 1n
    if (middle ** 3n <= of) low = middle
    else high = middle - 1n
  }
  return low
}

tryCases([
  {
    number: '29',
    name: 'a certificate that signs itself, under the same name',
    make: (stage) =>
      signedBy(otherFile(), {
        cms: async (covered) => {
          const subject = { commonName: 'Marie Dupont', organization: 'Dupont, Sœurs + Cie' }
          return craftCms({ covered, holder: await anyHolder('ecdsa-p256', 'SHA-256', null, subject) })
        },
        change: () => void stage,
      }),
    expected: ['indeterminate', 'NO_CERTIFICATE_CHAIN_FOUND'],
    answer: 'foreign-intact',
  },
  {
    number: '29, ours',
    name: 'a whole authority under the same names',
    make: async () => (await sealedFile('stream', { authority: await declareAuthority() })).file,
    expected: ['indeterminate', 'NO_CERTIFICATE_CHAIN_FOUND'],
    answer: 'foreign-intact',
  },
  ...both(
    '31',
    'junk behind the DER',
    FORMAT,
    () => ({}),
    (cms) => concat([cms, Uint8Array.of(0, 0, 7)]),
  ),
  ...both('32', 'the content inside', FORMAT, () => ({ attached: Uint8Array.of(1, 2, 3) })),
  ...both('33', 'no signed attributes', ['indeterminate', 'SIG_CONSTRAINTS_FAILURE'], () => ({ attributes: null })),
  ...both('33, again', 'nobody is named', ['indeterminate', 'SIG_CONSTRAINTS_FAILURE'], () => ({ names: 'none' })),
  ...both('34', 'SHA-1', ['indeterminate', 'CRYPTO_CONSTRAINTS_FAILURE'], async (stage) => ({ holder: await sha1(stage) })),
  ...both('47', 'two SignerInfos', FORMAT, () => ({ signerInfos: (one) => [one, one] })),
  ...both('47, again', 'an attribute twice', FORMAT, () => ({
    attributes: (made) => [...made, attribute(OID.messageDigest, octets(new Uint8Array(32)))],
  })),
  ...both('47, again', 'two values in one attribute', FORMAT, () => ({
    attributes: ([type, digest, ...rest]) => [
      type!,
      ...rest,
      sequence(oid(OID.messageDigest), tlv(0x31, digest!.slice(-34), octets(new Uint8Array(32)))),
    ],
  })),
  ...both('47, again', 'an indefinite length', FORMAT, () => ({}), indefinite),
  // The list allows both answers for its case 47; for a forged signature only the second is one.
  ...both('47, again', 'a signature forged with the exponent 3', ['failed', 'SIG_CRYPTO_FAILURE'], forgedWithExponent3),
])
