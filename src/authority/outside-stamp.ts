import { type Bytes, fromBase64 } from '../base/bytes.ts'
import { type Instant, MINUTE } from '../base/instant.ts'
import { noteOutbound, placeOf } from '../base/outbound.ts'
import { same } from '../pki/revocation-list.ts'
import { DerFault } from '../pki/der-reader.ts'
import { validatePath } from '../pki/path.ts'
import { verifyTimeStampToken } from '../pki/time-stamp.ts'
import { askForTimeStamp, readTimeStampAnswer } from '../pki/time-stamp-request.ts'
import type { OutsideAuthority } from '../setting/setting.ts'

/** Why an authority's answer is not taken; stable names. */
export type StampFault = 'silent' | 'refused' | 'unreadable' | 'not-sound' | 'untrusted' | 'clock-differs' | 'too-large'

export class StampRefused extends Error {
  override name = 'StampRefused'
  readonly fault: StampFault
  constructor(fault: StampFault, options?: { cause?: unknown }) {
    super(fault, options)
    this.fault = fault
  }
}

/** Whoever is silent for longer is passed over. */
export const PATIENCE = 5_000
/** DER of a token for which there is room in a signature. */
export const LARGEST_TOKEN = 12_288
/** A clock further away than this is wrong, theirs or ours. */
const APART = 5 * MINUTE

/**
 * A token of somebody else's clock (RFC 3161 §3.4), judged before it is taken: our question, a sound signature, a path to the root that the
 * administrator gave, nothing carried beside that path. Throws a `StampRefused`.
 */
export async function askOutside(
  { url, roots }: Pick<OutsideAuthority, 'url' | 'roots'>,
  imprint: Bytes,
  at: Instant,
  patience = PATIENCE,
): Promise<Bytes> {
  const question = askForTimeStamp(imprint)
  const answer = await post(url, question.der, patience)
  let token: Bytes
  try {
    token = readTimeStampAnswer(answer, question)
  } catch (error) {
    if (error instanceof DerFault) throw new StampRefused('unreadable', { cause: error })
    throw error
  }
  if (token.length > LARGEST_TOKEN) throw new StampRefused('too-large')
  const check = await verifyTimeStampToken(token, async () => imprint)
  if (!check.sound || !check.at || !check.certificate) throw new StampRefused('not-sound', { cause: check.faults })
  if (Math.abs(Date.parse(check.at) - Date.parse(at)) > APART) throw new StampRefused('clock-differs')
  const given = roots.map(fromBase64)
  const path = await validatePath({
    certificate: check.certificate.der,
    intermediates: check.certificates.map(({ der }) => der),
    roots: given,
    at: check.at,
    purpose: 'tsa',
    requireRevocation: false,
  })
  if (path.indication !== 'passed') throw new StampRefused('untrusted', { cause: path.reasons })
  if (!check.certificates.every(({ der }) => path.chain.some((one) => same(one.der, der)))) throw new StampRefused('untrusted')
  return token
}

async function post(url: string, body: Bytes, patience: number): Promise<Bytes> {
  try {
    noteOutbound('time-stamp', placeOf(url))
    const answer = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' },
      redirect: 'error',
      signal: AbortSignal.timeout(patience),
    })
    if (!answer.ok || Number(answer.headers.get('content-length') ?? 0) > 65_536) throw new StampRefused('refused')
    const bytes = new Uint8Array(await answer.arrayBuffer())
    if (bytes.length > 65_536) throw new StampRefused('too-large')
    return bytes
  } catch (error) {
    if (error instanceof StampRefused) throw error
    throw new StampRefused('silent', { cause: error })
  }
}

/** Whoever has just failed is not asked again at once: each signature would wait for it. */
const REST = MINUTE
const resting = new Map<string, number>()

/** The first of the list that answers, in its order; null where none does, and what each of them said. */
export async function firstOutside(
  authorities: readonly OutsideAuthority[],
  imprint: Bytes,
  at: Instant,
): Promise<{ readonly token: Bytes | null; readonly faults: readonly { readonly name: string; readonly fault: StampFault }[] }> {
  const faults: { name: string; fault: StampFault }[] = []
  for (const authority of authorities) {
    if ((resting.get(authority.url) ?? 0) > performance.now()) {
      faults.push({ name: authority.name, fault: 'silent' })
      continue
    }
    try {
      return { token: await askOutside(authority, imprint, at), faults }
    } catch (error) {
      if (!(error instanceof StampRefused)) throw error
      resting.set(authority.url, performance.now() + REST)
      faults.push({ name: authority.name, fault: error.fault })
    }
  }
  return { token: null, faults }
}
