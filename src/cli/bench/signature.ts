import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import type { Ceremony } from '../../ceremony/ceremony.ts'
import { listDocuments, type Recipient } from '../../envelope/envelope.ts'
import { baseOf, headRevision } from '../../envelope/revisions.ts'
import { recordSignature } from '../../envelope/signature.ts'
import type { Revision } from '../../seal/revision.ts'
import { newSignatory } from './append.ts'
import { identify, recipientAct, sendContract, signIdentified } from './contract.ts'
import { best, type Figure, perSecond, timed } from './figure.ts'
import { hashAndSign, MEGABYTE, scan } from './file.ts'
import type { Installation } from './installation.ts'

const SIGNATURES = 16
const RECORDS = 40

/** One recipient's signature with everything, over SHA-256 of the document and one signature. Each round signs with another recipient. */
export async function signOneMegabyte({ house, user }: Installation, folder: string): Promise<Figure> {
  const source = await scan(MEGABYTE)
  const file = join(folder, 'document.pdf')
  writeFileSync(file, source)
  const { signer } = await newSignatory()
  const next = turns(2, () => sendContract(house, user, source, 2))
  let ceremony: Ceremony
  const measured = await best(
    SIGNATURES,
    { before: async () => (ceremony = await identify(house, (await next()).id)), run: () => signIdentified(house, ceremony) },
    { run: () => hashAndSign(file, signer) },
  )
  return timed('sign.1MB', measured, 'SHA-256 of the file and one P-256 signature')
}

/** The transaction that makes a signature stand, over one that writes a single row to the same file. Both wait for the disk. */
export async function commit({ house, user }: Installation): Promise<Figure> {
  const { db } = house
  await sql`create table bench (n integer)`.execute(db)
  const source = await scan(10_000)
  const next = turns(4, () => sendContract(house, user, source, 4))
  let signature: { recipientId: string; revisions: ReadonlyMap<string, Revision> }
  const measured = await best(
    RECORDS,
    {
      before: async () => (signature = await stored(house, await next())),
      run: () => db.transaction().execute((tx) => recordSignature(tx, recipientAct(house, signature.recipientId), signature)),
    },
    { run: () => db.transaction().execute((tx) => sql`insert into bench values (1)`.execute(tx)) },
  )
  await sql`drop table bench`.execute(db)
  return perSecond('commit', 'tx/s', measured, 1, 'commits of one row')
}

/** The bytes of a revision stand in the store before the transaction begins; here those of the head stand for them. */
async function stored({ db, clock }: Installation['house'], { id, envelopeId }: Recipient) {
  const revisions = new Map<string, Revision>()
  for (const document of await listDocuments(db, envelopeId)) {
    const { number, object, head } = baseOf((await headRevision(db, document.id))!)
    const facts = { serial: '0'.repeat(40), at: clock() }
    revisions.set(document.id, { number: number + 1, kind: 'signed', object, head, recipientId: id, facts })
  }
  return { recipientId: id, revisions }
}

/** One signer after the other of one contract after the other. */
function turns(signers: number, send: () => Promise<{ signers: readonly Recipient[] }>): () => Promise<Recipient> {
  let left: Recipient[] = []
  return async () => {
    if (!left.length) left = [...(await send()).signers].slice(0, signers)
    return left.shift()!
  }
}
