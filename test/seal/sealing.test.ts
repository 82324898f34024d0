import { expect, test } from 'bun:test'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { $ } from 'bun'
import { toPem } from '../../src/pki/certificate.ts'
import { readObject } from '../../src/store/object.ts'
import { verifyFile } from '../../src/verification/verify-file.ts'
import { freeze, reserveSerial, signFrozen } from '../../src/seal/signing.ts'
import { prepareAndCertify } from '../../src/seal/certifying.ts'
import { fieldsOf, now, openTestSeal, preparation, signedByAll, type TestSeal } from './installation.ts'

const CONTRACT = new Uint8Array(await Bun.file(join(import.meta.dir, '../../static/sample/contract.en.pdf')).arrayBuffer())
const SIGNERS = [
  { name: 'S1', title: 'Claire Martin' },
  { name: 'S2', title: 'محمد بن علي' },
]
const FIELDS = [...fieldsOf('S1', 60, 1), ...fieldsOf('S2', 320, 1)]

const verify = async (seal: TestSeal, pdf: Uint8Array) => verifyFile(pdf, { roots: [seal.authority.certificates().root], at: now() })

for (const algorithm of ['ecdsa-p256', 'rsa-3072'] as const)
  test(`a contract signed by two and sealed is whole to every judge: ${algorithm}`, async () => {
    await using seal = await openTestSeal(algorithm)
    const revisions = await signedByAll(seal.tools, CONTRACT, SIGNERS, FIELDS)
    expect(revisions.map(({ kind }) => kind)).toEqual([
      'prepared',
      'certified',
      'signed',
      'signed',
      'sealed',
      'security-store',
      'time-stamped',
    ])
    const pdf = await readObject(seal.tools.db, revisions.at(-1)!.object.digest)
    // Each revision is a prefix of the last: nothing that a person signed was ever written again.
    for (const { object } of revisions)
      expect(Buffer.from(pdf.subarray(0, object.size)).equals(await readObject(seal.tools.db, object.digest))).toBe(true)

    const report = await verify(seal, pdf)
    expect([report.answer, report.indication, report.level, report.faults]).toEqual(['genuine', 'passed', 'B-LTA', []])

    const file = join(seal.directory, 'contract.pdf')
    await writeFile(file, pdf)
    const root = join(seal.directory, 'root.pem')
    await writeFile(root, toPem(seal.authority.certificates().root))
    if (process.env['PARAPHE_KEEP']) await $`cp ${file} ${root} ${process.env['PARAPHE_KEEP']}`
    expect((await $`qpdf --check ${file}`.nothrow().quiet()).exitCode).toBe(0)
    const nss = join(seal.directory, 'nss')
    await mkdir(nss)
    await $`certutil -N -d sql:${nss} --empty-password`.quiet()
    await $`certutil -A -d sql:${nss} -n root -t CT,CT,CT -i ${root}`.quiet()
    const told = await $`pdfsig -no-ocsp -nssdir ${nss} ${file}`.nothrow().text()
    expect(told.match(/Signature is Valid/g)).toHaveLength(4)
    expect(told).not.toMatch(/Invalid|Mismatch/)
    expect(told.match(/Certificate is Trusted/g)?.length).toBeGreaterThanOrEqual(3)
  }, 60_000)

test('a changed byte, an added byte and a file cut back are never genuine', async () => {
  await using seal = await openTestSeal()
  const revisions = await signedByAll(seal.tools, CONTRACT, SIGNERS, FIELDS)
  const pdf = await readObject(seal.tools.db, revisions.at(-1)!.object.digest)
  for (let at = 1_000; at < pdf.length; at += Math.floor(pdf.length / 40)) {
    const altered = pdf.slice()
    altered[at]! ^= 1
    expect((await verify(seal, altered)).indication).not.toBe('passed')
  }
  expect((await verify(seal, Buffer.concat([pdf, Buffer.from('%x')]))).indication).not.toBe('passed')
  const answers = []
  for (const { object, kind } of revisions) answers.push([kind, (await verify(seal, pdf.slice(0, object.size))).answer])
  expect(answers.slice(1, 4)).toEqual([
    ['certified', 'incomplete'],
    ['signed', 'incomplete'],
    ['signed', 'incomplete'],
  ])
}, 60_000)

test('what was confirmed is what is signed, or nothing is', async () => {
  await using seal = await openTestSeal()
  const [, base] = await prepareAndCertify(seal.tools, now(), preparation(CONTRACT, SIGNERS, FIELDS), 2)
  const act = { signer: 'S1', name: 'Claire Martin', appearance: null, filled: [] }
  const frozen = await freeze(seal.tools, now(), base, act, reserveSerial())
  const other = await freeze(seal.tools, now(), base, { ...act, name: 'Someone else' }, reserveSerial())
  const signatory = { recipientId: 'r', subject: { commonName: 'Claire Martin' }, notAfter: now() }
  await expect(signFrozen(seal.tools, base, frozen, other.digest, signatory)).rejects.toThrow('document-moved-on')
  await expect(signFrozen(seal.tools, { ...base, number: 2 }, frozen, frozen.digest, signatory)).rejects.toThrow('document-moved-on')
  await expect(signFrozen(seal.tools, base, { ...frozen, state: other.state }, frozen.digest, signatory)).rejects.toThrow(
    'document-moved-on',
  )
  expect(await seal.tools.db.selectFrom('certificate').select('id').where('purpose', '=', 'signer').execute()).toEqual([])
}, 30_000)
