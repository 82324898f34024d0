import { beforeAll, describe, expect, test } from 'bun:test'
import { type Bytes, concat, fromHex, hex, utf8 } from '../../src/base/bytes.ts'
import { later, MINUTE } from '../../src/base/instant.ts'
import { Appending } from '../../src/pdf/appended.ts'
import { readPdf } from '../../src/pdf/read.ts'
import { listSignatures } from '../../src/pdf/signatures.ts'
import { withEntries } from '../../src/pdf/source.ts'
import { readCms } from '../../src/pki/cms.ts'
import { newDigester } from '../../src/store/digester.ts'
import { verifyPdf } from '../../src/verification/verdict/verify-pdf.ts'
import { declareAuthority } from '../pki/declared-authority.ts'
import { NOW, type SealedFile, sealedFile, SIGNED_AT } from './sealed-file.ts'

let sealed: SealedFile
beforeAll(async () => {
  sealed = await sealedFile()
})

const verdict = (file: Bytes, roots = [sealed.authority.root.certificate]) => verifyPdf(file, { roots, newDigester, at: NOW })
const answer = async (file: Bytes, roots?: Bytes[]) => {
  const { answer, indication, subIndication } = await verdict(file, roots)
  return [answer, indication, subIndication]
}

test('a sealed file is genuine, at the level of archives, and says who proved when', async () => {
  for (const kind of ['table', 'stream'] as const) {
    const made = await sealedFile(kind)
    const report = await verdict(made.file, [made.authority.root.certificate])
    expect([report.answer, report.indication, report.level, report.profile, report.faults]).toEqual([
      'genuine',
      'passed',
      'B-LTA',
      'ours',
      [],
    ])
    expect(report.signatures.map(({ signer, indication, revocation }) => [signer?.name, indication, revocation])).toEqual([
      ['Acme Ltd', 'passed', 'good'],
      ['Marie Dupont', 'passed', 'good'],
      ['Bob Baker', 'passed', 'good'],
      ['Acme Ltd', 'passed', 'good'],
      ['Test TSA', 'passed', 'good'],
    ])
    expect(report.signatures[1]).toMatchObject({
      provenAt: SIGNED_AT,
      provenBy: 'Test TSA',
      since: ['signed', 'sealed', 'security-store', 'time-stamped'],
    })
  }
})

test('every earlier state: incomplete before the seal, lower levels from it on', async () => {
  const states = await Promise.all(sealed.revisions.map(async (file) => verdict(file)))
  expect(states.map(({ answer, indication, level }) => [answer, indication, level])).toEqual([
    ['incomplete', 'indeterminate', null],
    ['incomplete', 'indeterminate', null],
    ['incomplete', 'indeterminate', null],
    ['incomplete', 'indeterminate', null],
    ['genuine', 'passed', 'B-T'],
    ['genuine', 'passed', 'B-LT'],
    ['genuine', 'passed', 'B-LTA'],
  ])
})

/** Every byte takes minutes; PARAPHE_TEST_STEP=1 does it. */
const STEP = Number(process.env['PARAPHE_TEST_STEP'] ?? 691)

test('no byte of a sealed file can be changed', async () => {
  const { file } = sealed
  const holes = listSignatures(await readPdf(file)).map(({ byteRange }) => byteRange!)
  for (let at = 0; at < file.length; at += STEP) {
    const changed = file.slice()
    changed[at]! ^= 1 << (at % 8)
    const report = await verdict(changed)
    if (report.indication === 'passed')
      throw new Error(`byte ${at} of ${file.length} was changed unseen; holes at ${holes.map((range) => range.slice(1, 3).join('-'))}`)
  }
})

describe('what was appended, cut or moved', () => {
  const appended = async (change: (appending: Appending) => void): Promise<Bytes> => {
    const appending = new Appending(sealed.head)
    change(appending)
    return concat([sealed.file, appending.close().bytes])
  }
  const field = (name: string) => sealed.head.fields[name]!

  test('a value changed after the seal', async () => {
    const file = await appended((appending) =>
      appending.put(field('S1_name').number, withEntries(field('S1_name').source, { V: '(Mallory)' })),
    )
    expect(await answer(file)).toEqual(['changed', 'failed', 'FORMAT_FAILURE'])
  })
  test('a signature removed', async () => {
    const file = await appended((appending) => appending.put(field('S1_sig').number, field('S1_sig').source.replace(/\/V \d+ 0 R/, '')))
    expect(await answer(file)).toEqual(['changed', 'failed', 'FORMAT_FAILURE'])
  })
  test('an open action, a new title', async () => {
    const file = await appended((appending) =>
      appending.put(
        sealed.head.catalog.number,
        withEntries(sealed.head.catalog.source, { OpenAction: '<</S /JavaScript /JS (app.alert(1))>>' }),
      ),
    )
    expect((await answer(file))[1]).toBe('failed')
  })
  test('bytes behind the end', async () => {
    expect((await answer(concat([sealed.file, utf8('x')])))[0]).toBe('changed')
    expect((await answer(concat([sealed.file, sealed.revisions[0]!])))[0]).toBe('changed')
    expect((await answer(concat([sealed.file, utf8('%%EOF\n')])))[0]).toBe('changed')
  })
  test('bytes before the beginning', async () => expect((await answer(concat([utf8('\n'), sealed.file])))[1]).toBe('failed'))
  test('cut in the middle of a revision', async () => {
    for (const length of [sealed.revisions[4]!.length + 900, sealed.file.length - 20])
      expect((await answer(sealed.file.slice(0, length)))[1]).not.toBe('passed')
  })
  test('a revision taken out', async () => {
    const [, , two, three] = sealed.revisions
    expect((await answer(concat([two!, sealed.file.slice(three!.length)])))[1]).not.toBe('passed')
  })
  test('the signature of another file', async () => {
    const other = await sealedFile('stream', { authority: sealed.authority })
    const [own, foreign] = await Promise.all(
      [sealed.file, other.file].map(async (file) => listSignatures(await readPdf(file))[1]!.byteRange!),
    )
    const file = sealed.file.slice()
    file.set(other.file.subarray(foreign![1], foreign![2]), own![1])
    expect((await answer(file))[1]).toBe('failed')
  })
})

describe('who', () => {
  test('an authority with the same names is not ours', async () => {
    const impostor = await sealedFile('stream', { authority: await declareAuthority() })
    expect(await answer(impostor.file)).toEqual(['foreign-intact', 'indeterminate', 'NO_CERTIFICATE_CHAIN_FOUND'])
    expect((await answer(sealed.file, []))[2]).toBe('NO_CERTIFICATE_CHAIN_FOUND')
  })
  test('what leads to the root of others that is trusted here passes, and is theirs, whatever its form', async () => {
    const others = [sealed.authority.root.certificate]
    const report = await verifyPdf(sealed.file, { roots: [], otherRoots: others, newDigester, at: NOW })
    expect([report.answer, report.indication, report.subIndication]).toEqual(['foreign-trusted', 'passed', null])
    expect(report.signatures.map(({ authority, algorithm, subFilter }) => [authority, algorithm, subFilter])).toEqual([
      ...Array.from({ length: 4 }, () => ['other', 'ECDSA P-256, SHA-256', 'ETSI.CAdES.detached']),
      ['other', 'ECDSA P-256, SHA-256', 'ETSI.RFC3161'],
    ])
    expect(report.signatures[0]!.timeStamps.map(({ over, trusted }) => [over, trusted])).toEqual([
      ['signature', true],
      ['file', true],
    ])
  })
  test('a certificate of another purpose', async () => {
    const made = await sealedFile('stream', { authority: sealed.authority, signer: sealed.authority.tsa })
    expect((await answer(made.file)).slice(1)).toEqual(['indeterminate', 'CHAIN_CONSTRAINTS_FAILURE'])
  })
  test('a signer whose certificate had run out', async () => {
    const signer = await sealed.authority.below('signer', { commonName: 'Late' }, { until: later(SIGNED_AT, -MINUTE) })
    expect((await answer((await sealedFile('stream', { authority: sealed.authority, signer })).file)).slice(1)).toEqual([
      'indeterminate',
      'OUT_OF_BOUNDS_NO_POE',
    ])
  })
  test('revoked before signing fails, after it does not', async () => {
    const before = await sealedFile('stream', { authority: sealed.authority, revoked: { at: later(SIGNED_AT, -MINUTE) } })
    expect((await answer(before.file)).slice(1)).toEqual(['failed', 'REVOKED'])
    const after = await sealedFile('stream', { authority: sealed.authority, revoked: { at: later(SIGNED_AT, MINUTE) } })
    expect((await answer(after.file))[1]).toBe('passed')
  })
  test('without its own time stamp a signature was never finished', async () => {
    const made = await sealedFile('stream', { authority: sealed.authority, withoutTimeStamp: true })
    expect((await answer(made.file)).slice(1)).toEqual(['indeterminate', 'SIG_CONSTRAINTS_FAILURE'])
  })
})

describe('the contents of a signature', () => {
  const tampered = async (tamper: (cms: Bytes) => Bytes) => (await sealedFile('stream', { authority: sealed.authority, tamper })).file
  test('junk behind it', async () =>
    expect((await answer(await tampered((cms) => concat([cms, Uint8Array.of(7)])))).slice(1)).toEqual(['failed', 'FORMAT_FAILURE']))
  test('nothing in it', async () =>
    expect((await answer(await tampered(() => new Uint8Array(0)))).slice(1)).toEqual(['failed', 'FORMAT_FAILURE']))
  test('another signature value', async () => {
    const file = await tampered((cms) => {
      const digits = hex(readCms(cms).signatureValue)
      const last = digits.endsWith('0') ? '1' : '0'
      return fromHex(hex(cms).replace(digits, `${digits.slice(0, -1)}${last}`))
    })
    expect((await answer(file))[1]).toBe('failed')
  })
})

test('what is no signed PDF', async () => {
  expect((await answer(utf8('hello')))[0]).toBe('unreadable')
  expect((await answer(new Uint8Array(0)))[0]).toBe('unreadable')
  expect((await answer(utf8('%PDF-1.7\n')))[0]).toBe('unreadable')
  expect((await answer(sealed.revisions[0]!))[0]).toBe('incomplete')
})
