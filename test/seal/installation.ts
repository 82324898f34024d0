import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemAct } from '../../src/audit/act.ts'
import { type Authority, openAuthority } from '../../src/authority/authority.ts'
import { createAuthority } from '../../src/authority/creating.ts'
import { type KeyStore, openKeyStore } from '../../src/authority/key-store.ts'
import type { Head } from '../../src/pdf/head.ts'
import type { Bytes } from '../../src/base/bytes.ts'
import { type Instant, instant, YEAR, later } from '../../src/base/instant.ts'
import { captioned, rowForm, sealForm, textForm, typedForm } from '../../src/pdf/appearance.ts'
import type { PreparedField, PrepareInput } from '../../src/pdf/prepare.ts'
import type { KeyAlgorithm } from '../../src/pki/algorithm.ts'
import { fontSet } from '../../src/sandbox/fonts.ts'
import { closeSandbox } from '../../src/sandbox/run.ts'
import { prepareAndCertify } from '../../src/seal/certifying.ts'
import type { Revision, SealTools } from '../../src/seal/revision.ts'
import { sealDocument } from '../../src/seal/sealing.ts'
import { freeze, reserveSerial, signFrozen } from '../../src/seal/signing.ts'
import { openTestDb } from '../support/database.ts'

export const now = (): Instant => instant(Date.now())

export interface TestSeal extends AsyncDisposable {
  readonly tools: SealTools
  readonly authority: Authority
  readonly keys: KeyStore
  readonly directory: string
}

/** A company with its own authority and a store, and nothing else. */
export async function openTestSeal(algorithm: KeyAlgorithm = 'ecdsa-p256'): Promise<TestSeal> {
  const directory = await mkdtemp(join(tmpdir(), 'paraphe-seal-'))
  const db = await openTestDb()
  const keys = await openKeyStore(directory, db)
  await createAuthority({ db, keys }, systemAct(now()), {
    algorithm,
    organization: 'Atelier Nord SAS',
    country: 'FR',
    rootName: 'Atelier Nord Root',
    issuingName: 'Atelier Nord Issuing',
    sealName: 'Atelier Nord SAS',
    keyProtection: 'key-file',
    publicOrigin: 'http://127.0.0.1:8080',
  })
  const authority = await openAuthority({ db, keys })
  return {
    tools: { db, config: { dataDirectory: directory }, authority },
    authority,
    keys,
    directory,
    async [Symbol.asyncDispose]() {
      closeSandbox()
      await db.destroy()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** The fields of one signer, in a column of the page. */
export const fieldsOf = (signer: string, x: number, page = 0): PreparedField[] => [
  { name: `${signer}_f1`, signer, kind: 'text', page, x, y: 60, width: 165, height: 17, tooltip: 'Name' },
  { name: `${signer}_f2`, signer, kind: 'checkbox', page, x, y: 90, width: 12, height: 12, tooltip: 'I agree' },
  { name: `${signer}_sig`, signer, kind: 'signature', page, x, y: 110, width: 180, height: 62, tooltip: 'Signature' },
]

export const preparation = (
  source: Bytes,
  signers: readonly { name: string; title: string }[],
  fields: readonly PreparedField[],
): Omit<PrepareInput, 'fonts'> => ({
  source,
  removeActive: true,
  title: 'Consulting agreement',
  documentId: '7K2M-9QXD-4TRA-C',
  verifyUrl: 'http://127.0.0.1:8080/verify/7K2M-9QXD-4TRA-C',
  language: 'en',
  pageOf: 'Page {number} of {total}',
  company: { name: 'Atelier Nord SAS' },
  siblings: [],
  fields,
  words: {
    title: 'Certificate of completion',
    documentId: 'Document ID',
    recipients: 'Signers',
    seal: 'Company seal',
    siblings: 'With',
    scan: 'Check at 127.0.0.1:8080/verify',
    check: ['Drop the file on the verification page.'],
  },
  facts: [{ label: 'File', value: 'contract.pdf' }],
  recipients: signers.map(({ name, title }) => ({ name, title, subtitle: 'Signer', signs: true })),
})

/** The whole life of a document: prepared, certified, signed by each in turn, sealed, time-stamped. */
export async function signedByAll(
  tools: SealTools,
  source: Bytes,
  signers: readonly { name: string; title: string }[],
  fields: readonly PreparedField[],
): Promise<Revision[]> {
  const fonts = fontSet()
  const revisions: Revision[] = [...(await prepareAndCertify(tools, now(), preparation(source, signers, fields), 10))]
  for (const { name, title } of signers) {
    const base = revisions.at(-1)!
    const place = (field: string) => (base.head as Head).fields[field]!
    const serial = reserveSerial()
    const mark = (width: number, height: number) => typedForm(fonts, 'hand-caveat', title, width, height)
    const { width, height } = place(`${name}_sig`)
    const row = place(`${name}_row`)
    const frozen = await freeze(
      tools,
      now(),
      base,
      {
        signer: name,
        name: title,
        appearance: captioned(fonts, mark(width, height), `${title} · 23 Nov 2026`),
        filled: [
          ...(place(`${name}_f1`)
            ? [
                {
                  field: `${name}_f1`,
                  value: title,
                  appearance: textForm(fonts, {
                    text: title,
                    width: place(`${name}_f1`).width,
                    height: place(`${name}_f1`).height,
                    size: 10,
                    multiline: false,
                  }),
                },
                { field: `${name}_f2`, checked: true },
              ]
            : []),
          {
            field: `${name}_row`,
            appearance: rowForm(
              fonts,
              {
                facts: [
                  { label: 'Signed', value: now() },
                  { label: 'Certificate', value: serial },
                ],
                mark: mark(120, 40),
              },
              row.width,
              row.height,
            ),
          },
        ],
      },
      serial,
    )
    revisions.push(
      await signFrozen(tools, base, frozen, frozen.digest, {
        recipientId: `rcp_${name}`,
        subject: { commonName: title, organization: 'Maison Dupont' },
        notAfter: later(now(), 2 * YEAR),
      }),
    )
  }
  const { width, height } = (revisions.at(-1)!.head as Head).fields['seal']!
  revisions.push(
    ...(await sealDocument(tools, now, revisions.at(-1)!, {
      name: 'Atelier Nord SAS',
      appearance: sealForm(
        fonts,
        { initials: 'AN', title: 'Sealed by Atelier Nord SAS', lines: [now(), 'Audit log: 128 entries'] },
        width,
        height,
      ),
    })),
  )
  return revisions
}
