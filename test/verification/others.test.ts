import { beforeAll, describe, expect, spyOn, test } from 'bun:test'
import type { Bytes } from '../../src/base/bytes.ts'
import { later, MINUTE } from '../../src/base/instant.ts'
import { withEntries } from '../../src/pdf/source.ts'
import { newDigester } from '../../src/store/digester.ts'
import type { VerificationReport } from '../../src/verification/verdict/report.ts'
import { verifyPdf } from '../../src/verification/verdict/verify-pdf.ts'
import { declareAuthority } from '../pki/declared-authority.ts'
import { type AnyAlgorithm, anyHolder, craftCms, plainHolder } from './crafted-cms.ts'
import { stampBy, stamped, withEvidence } from './other-evidence.ts'
import { added, form, OBJECTS, otherFile, signedBy, sourceOf, stream, written } from './other-file.ts'
import { type Authority, NOW, SIGNED_AT } from './sealed-file.ts'

/* Files that others signed: what is told of them, with and without their authority among those that are trusted. */

let authority: Authority
let hand: (covered: Bytes) => Promise<Bytes>
beforeAll(async () => {
  authority = await declareAuthority()
  hand = (covered) => craftCms({ covered, holder: plainHolder(authority.signer), chain: [authority.issuing.certificate] })
})
const verify = (file: Bytes, trusted: boolean): Promise<VerificationReport> =>
  verifyPdf(file, { roots: [], otherRoots: trusted ? [authority.root.certificate] : [], newDigester, at: NOW })
const told = async (file: Bytes, trusted = true) => {
  const { answer, indication, subIndication } = await verify(file, trusted)
  return [answer, indication, subIndication]
}

const ALGORITHMS: readonly (readonly [AnyAlgorithm, 'SHA-256' | 'SHA-384' | 'SHA-512', string])[] = [
  ['rsa', 'SHA-256', 'RSA 2048, SHA-256'],
  ['rsa', 'SHA-384', 'RSA 2048, SHA-384'],
  ['rsa', 'SHA-512', 'RSA 2048, SHA-512'],
  ['rsa-pss', 'SHA-256', 'RSA-PSS 2048, SHA-256'],
  ['rsa-pss', 'SHA-384', 'RSA-PSS 2048, SHA-384'],
  ['ecdsa-p256', 'SHA-256', 'ECDSA P-256, SHA-256'],
  ['ecdsa-p384', 'SHA-384', 'ECDSA P-384, SHA-384'],
  ['ecdsa-p521', 'SHA-512', 'ECDSA P-521, SHA-512'],
  ['ed25519', 'SHA-512', 'Ed25519'],
]

describe('algorithms and formats', () => {
  for (const [algorithm, digest, name] of ALGORITHMS)
    test(name, async () => {
      const holder = await anyHolder(algorithm, digest, authority.issuing)
      for (const subFilter of ['adbe.pkcs7.detached', 'ETSI.CAdES.detached']) {
        const names = subFilter === 'ETSI.CAdES.detached' ? ('v2' as const) : ('none' as const)
        const cms = (covered: Bytes) =>
          craftCms({ covered, holder, chain: [authority.issuing.certificate], names, timeStamp: stampBy(authority) })
        const signed = await signedBy(otherFile(), { cms, subFilter, room: 8_192 })
        const file = await stamped(
          await withEvidence(signed, authority, holder.certificate, 'lists'),
          authority,
          later(SIGNED_AT, 2 * MINUTE),
        )
        const report = await verify(file, true)
        expect([report.answer, report.indication, report.level, report.faults]).toEqual(['foreign-trusted', 'passed', 'B-LTA', []])
        expect(report.signatures[0]).toMatchObject({ algorithm: name, subFilter, intact: true, revocation: 'good', provenAt: SIGNED_AT })
        expect(report.revisions.map(({ kind }) => kind)).toEqual(['unknown', 'signed', 'security-store', 'time-stamped'])
        // The same file where nobody vouches for its authority.
        expect(await told(file, false)).toEqual(['foreign-intact', 'indeterminate', 'NO_CERTIFICATE_CHAIN_FOUND'])
        // And with one byte of what was signed changed.
        expect(await told(written(file, 600, '?'))).toEqual(['changed', 'failed', 'HASH_FAILURE'])
      }
    })
  test('a format that is not judged is not called changed', async () => {
    for (const subFilter of ['adbe.x509.rsa_sha1', 'adbe.pkcs7.sha1', 'Somebody.Else']) {
      const file = await signedBy(otherFile(), { cms: hand, subFilter })
      expect(await told(file)).toEqual(['uncertain', 'indeterminate', 'CRYPTO_CONSTRAINTS_FAILURE'])
    }
  })
  test('an old name of the certificate is not enough for CAdES, and is for the older format', async () => {
    const old = (covered: Bytes) =>
      craftCms({ covered, holder: plainHolder(authority.signer), chain: [authority.issuing.certificate], names: 'v1' })
    const evidence = async (subFilter: string) =>
      told(await withEvidence(await signedBy(otherFile(), { cms: old, subFilter }), authority, authority.signer.certificate))
    expect(await evidence('adbe.pkcs7.detached')).toEqual(['foreign-trusted', 'passed', null])
    expect(await evidence('ETSI.CAdES.detached')).toEqual(['uncertain', 'indeterminate', 'SIG_CONSTRAINTS_FAILURE'])
  })
  test('without signed attributes nothing binds the certificate, but whether the bytes are those that were signed can be said', async () => {
    const bare = (covered: Bytes) =>
      craftCms({ covered, holder: plainHolder(authority.signer), chain: [authority.issuing.certificate], attributes: null })
    const file = await signedBy(otherFile(), { cms: bare, subFilter: 'adbe.pkcs7.detached' })
    expect((await verify(file, true)).signatures[0]).toMatchObject({
      intact: true,
      indication: 'indeterminate',
      subIndication: 'SIG_CONSTRAINTS_FAILURE',
    })
    expect(await told(written(file, 600, '?'))).toEqual(['changed', 'failed', 'SIG_CRYPTO_FAILURE'])
  })
  test('nothing outside is asked, whatever addresses the certificates name', async () => {
    const asked = spyOn(globalThis, 'fetch')
    const file = await signedBy(otherFile(), { cms: hand })
    expect((await verify(file, true)).subIndication).toBe('TRY_LATER')
    expect(asked).not.toHaveBeenCalled()
    asked.mockRestore()
  })
  test('a time stamp alone is a signature of the authority over the file', async () => {
    const file = await stamped(otherFile(), authority, SIGNED_AT)
    expect(await told(file)).toEqual(['foreign-trusted', 'passed', null])
    expect(await told(file, false)).toEqual(['foreign-intact', 'indeterminate', 'NO_CERTIFICATE_CHAIN_FOUND'])
  })
  test('evidence from the file: by answers, by lists, and none', async () => {
    const signed = await signedBy(otherFile(), { cms: hand })
    for (const by of ['ocsp', 'lists'] as const)
      expect(await told(await withEvidence(signed, authority, authority.signer.certificate, by))).toEqual([
        'foreign-trusted',
        'passed',
        null,
      ])
    expect(await told(signed)).toEqual(['uncertain', 'indeterminate', 'TRY_LATER'])
  })
})

describe('who vouches for what', () => {
  /** A stranger's signature with everything that proves it, time-stamped; and a file with a time stamp alone. */
  const files = async () => {
    const cms = (covered: Bytes) =>
      craftCms({
        covered,
        holder: plainHolder(authority.signer),
        chain: [authority.issuing.certificate],
        names: 'v2',
        timeStamp: stampBy(authority),
      })
    const signed = await withEvidence(await signedBy(otherFile(), { cms, room: 8_192 }), authority, authority.signer.certificate, 'lists')
    return {
      signed: await stamped(signed, authority, later(SIGNED_AT, 2 * MINUTE)),
      onlyStamped: await stamped(otherFile(), authority, SIGNED_AT),
    }
  }
  const judge = (file: Bytes, trust: { otherRoots?: readonly Bytes[]; timeStampRoots?: readonly Bytes[]; roots?: readonly Bytes[] }) =>
    verifyPdf(file, { roots: [], newDigester, at: NOW, ...trust })

  test('a root for time stamps proves the time and makes nobody known who signs, whatever stands under it', async () => {
    const { signed } = await files()
    const report = await judge(signed, { timeStampRoots: [authority.root.certificate] })
    expect([report.answer, report.indication, report.subIndication]).toEqual([
      'foreign-intact',
      'indeterminate',
      'NO_CERTIFICATE_CHAIN_FOUND',
    ])
    expect(report.signatures.map(({ kind, trusted, authority, provenAt }) => [kind, trusted, authority, provenAt !== null])).toEqual([
      ['approval', false, null, true],
      ['time-stamp', true, 'time-stamps', true],
    ])
    expect(report.signatures[0]!.timeStamps.map(({ trusted }) => trusted)).toEqual([true, true])
  })
  test('a root for signers vouches for their time stamps too', async () => {
    const { signed } = await files()
    for (const trust of [
      { otherRoots: [authority.root.certificate] },
      { otherRoots: [authority.root.certificate], timeStampRoots: [authority.root.certificate] },
      { roots: [authority.root.certificate] },
    ])
      expect((await judge(signed, trust)).answer).toBe('foreign-trusted')
  })
  test('a clock alone says when a file was there, and not whose it is', async () => {
    const { onlyStamped } = await files()
    expect(await judge(onlyStamped, { timeStampRoots: [authority.root.certificate] })).toMatchObject({
      answer: 'foreign-intact',
      indication: 'indeterminate',
      signatures: [{ indication: 'passed', authority: 'time-stamps' }],
    })
    expect((await judge(onlyStamped, { otherRoots: [authority.root.certificate] })).answer).toBe('foreign-trusted')
  })
  test('signer and clock under two roots: both are needed', async () => {
    const clock = await declareAuthority()
    const cms = (covered: Bytes) =>
      craftCms({
        covered,
        holder: plainHolder(authority.signer),
        chain: [authority.issuing.certificate],
        names: 'v2',
        timeStamp: stampBy(clock),
      })
    const file = await withEvidence(await signedBy(otherFile(), { cms, room: 8_192 }), authority, authority.signer.certificate, 'lists')
    const [others, clocks] = [{ otherRoots: [authority.root.certificate] }, { timeStampRoots: [clock.root.certificate] }]
    expect((await judge(file, { ...others, ...clocks })).answer).toBe('foreign-trusted')
    expect((await judge(file, others)).subIndication).toBe('TIMESTAMP_ORDER_FAILURE')
    expect((await judge(file, clocks)).answer).toBe('foreign-intact')
    expect((await judge(file, { otherRoots: [clock.root.certificate], timeStampRoots: [authority.root.certificate] })).answer).toBe(
      'foreign-intact',
    )
  })
})

describe('what came later', () => {
  const filling = async (file: Bytes, value = '(100)') => {
    const source = await sourceOf(file, OBJECTS.text)
    return (appending: { put(number: number, source: string): void; add(source: string): number }): void => {
      const shown = appending.add(form('BT /F1 12 Tf 2 5 Td (100) Tj ET', 140, 20))
      appending.put(OBJECTS.text, withEntries(source, { V: value, AP: `<</N ${shown} 0 R>>` }))
    }
  }
  const certified = (permission: 1 | 2 | 3, more = {}): Promise<Bytes> => signedBy(otherFile(more), { cms: hand, permission })
  const locked = (lock: string): Promise<Bytes> => signedBy(otherFile({ lock }), { cms: hand, permission: 2 })
  const state = async (file: Bytes): Promise<[string, string]> => {
    const report = await verify(file, false)
    return [report.answer, report.revisions.at(-1)!.kind]
  }
  const intact = (kind: string) => ['foreign-intact', kind] as [string, string]
  const changed = (kind: string) => ['changed', kind] as [string, string]

  test('filling in: where the certification allows it, and nowhere else', async () => {
    for (const permission of [2, 3] as const) {
      const file = await certified(permission)
      expect(await state(await added(file, await filling(file)))).toEqual(intact('filled'))
    }
    const closed = await certified(1)
    expect((await state(await added(closed, await filling(closed))))[0]).toBe('changed')
    const approved = await signedBy(otherFile(), { cms: hand })
    expect((await state(await added(approved, await filling(approved))))[0]).toBe('changed')
    // Who signs it answers for it.
    expect(await state(await signedBy(approved, { cms: hand, field: OBJECTS.second, change: await filling(approved) }))).toEqual(
      intact('signed'),
    )
  })
  test('locks: by the dictionary of the field, and by what was signed', async () => {
    for (const [lock, open] of [
      ['/Action /All', false],
      ['/Action /Include /Fields [(amount)]', false],
      ['/Action /Include /Fields [(other)]', true],
      ['/Action /Exclude /Fields [(other)]', false],
      ['/Action /Exclude /Fields [(amount) (Signature2)]', true],
    ] as const) {
      const byDictionary = await locked(lock)
      expect((await state(await added(byDictionary, await filling(byDictionary))))[0]).toBe(open ? 'foreign-intact' : 'changed')
      const bySignature = await signedBy(await certified(2), { cms: hand, field: OBJECTS.second, locks: lock })
      expect((await state(await added(bySignature, await filling(bySignature))))[0]).toBe(open ? 'foreign-intact' : 'changed')
      // Even a signer may not write over what was locked before.
      const over = await signedBy(byDictionary, { cms: hand, field: OBJECTS.second, change: await filling(byDictionary) })
      expect((await state(over))[0]).toBe(open ? 'foreign-intact' : 'changed')
    }
    const noMore = await signedBy(otherFile({ lock: '/Action /Include /Fields [(other)] /P 1' }), { cms: hand })
    expect((await state(await signedBy(noMore, { cms: hand, field: OBJECTS.second })))[0]).toBe('changed')
  })
  test('a lock that is taken away later still locks', async () => {
    const file = await locked('/Action /All')
    const source = (await sourceOf(file, OBJECTS.first)).replace(/\/Lock <<.*?>>/, '')
    expect((await state(await added(file, (appending) => appending.put(OBJECTS.first, source))))[0]).toBe('changed')
  })
  test('further signatures: not where nothing is allowed, a time stamp and a security store everywhere', async () => {
    const closed = await certified(1)
    expect((await state(await signedBy(closed, { cms: hand, field: OBJECTS.second })))[0]).toBe('changed')
    for (const permission of [1, 2, 3] as const) {
      const kept = await withEvidence(await certified(permission), authority, authority.signer.certificate)
      expect(await state(kept)).toEqual(intact('security-store'))
      expect(await state(await stamped(kept, authority, later(SIGNED_AT, 2 * MINUTE)))).toEqual(intact('time-stamped'))
    }
    expect(await state(await signedBy(await certified(2), { cms: hand, field: OBJECTS.second }))).toEqual(intact('signed'))
  })
  test('a security store that loses evidence', async () => {
    const kept = await withEvidence(await signedBy(otherFile(), { cms: hand }), authority, authority.signer.certificate)
    const catalog = await sourceOf(kept, OBJECTS.catalog)
    for (const entries of ['<<>>', '<</Certs []>>', 'null'])
      expect(await state(await added(kept, (appending) => appending.put(OBJECTS.catalog, withEntries(catalog, { DSS: entries }))))).toEqual(
        changed('unknown'),
      )
  })
  test('what shows is written in place only where nothing else shows it', async () => {
    const filled = {
      objects: {
        7: '<</Type /Annot /Subtype /Widget /P 3 0 R /F 4 /FT /Tx /T (amount) /Rect [60 600 200 620] /AP <</N 11 0 R>>>>',
        11: form(' ', 140, 20),
      },
    }
    const file = await certified(2, filled)
    const put = (number: number, source: string) => added(file, (appending) => appending.put(number, source))
    expect(await state(await put(11, form('BT /F1 12 Tf 2 5 Td (100) Tj ET', 140, 20)))).toEqual(intact('filled'))
    expect((await state(await put(11, stream('BT ET'))))[0]).toBe('changed')
    expect((await state(await put(OBJECTS.contents, form('BT ET'))))[0]).toBe('changed')
  })
  test('a signature field that acts', async () => {
    const file = await certified(2)
    const script = '<</S /JavaScript /JS (this.getField("amount").value = 999)>>'
    for (const acts of [`/A ${script}`, `/AA <</PO ${script}>>`]) {
      const [page, fields] = [await sourceOf(file, OBJECTS.page), await sourceOf(file, OBJECTS.form)]
      const attempt = await added(file, (appending) => {
        const number = appending.add(`<</Type /Annot /Subtype /Widget /FT /Sig /T (Signature3) /F 4 /Rect [0 0 0 0] /P 3 0 R ${acts}>>`)
        appending.put(OBJECTS.page, page.replace('/Annots [', `/Annots [${number} 0 R `))
        appending.put(OBJECTS.form, fields.replace('/Fields [', `/Fields [${number} 0 R `))
      })
      expect((await state(attempt))[0]).toBe('changed')
    }
  })
  test('a drawing that says it belongs to a signature', async () => {
    const file = await signedBy(otherFile(), { cms: hand })
    const source = await sourceOf(file, OBJECTS.page)
    const widget = (parent: string, more = '') =>
      added(file, (appending) => {
        const shown = appending.add(form('BT /F1 20 Tf 0 20 Td (Pay 999) Tj ET', 400, 60))
        const number = appending.add(
          `<</Type /Annot /Subtype /Widget /F 4 /Rect [60 690 460 750] /P 3 0 R ${parent} /AP <</N ${shown} 0 R>>${more}>>`,
        )
        appending.put(OBJECTS.page, source.replace('/Annots [', `/Annots [${number} 0 R `))
      })
    expect((await state(await widget('/Parent 8 0 R')))[0]).toBe('changed')
    expect((await state(await widget('/FT /Sig /T (Signature3)')))[0]).toBe('changed')
    expect((await state(await widget('/FT /Sig /T (Signature3)', ' /V 8 0 R')))[0]).toBe('changed')
  })
})
