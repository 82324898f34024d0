import { createHash } from 'node:crypto'
import type { Bytes } from '../../base/bytes.ts'
import { listDocuments } from '../../envelope/envelope.ts'
import { headRevision } from '../../envelope/revisions.ts'
import { readObject } from '../../store/object.ts'
import { trustOf } from '../../verification/uploaded.ts'
import { verifyFile } from '../../verification/verify-file.ts'
import { sendContract, signAndSeal } from './contract.ts'
import { best, type Figure, timed } from './figure.ts'
import { MEGABYTE, scan } from './file.ts'
import type { Installation } from './installation.ts'

/** Every question about a file with two signatures, seal and time stamp, over SHA-256 of it. */
export async function verifyOneMegabyte(installation: Installation): Promise<Figure> {
  const { house } = installation
  const pdf = await sealedFile(installation)
  const question = { ...(await trustOf(house.db)), at: house.clock() }
  const { answer } = await verifyFile(pdf, question)
  if (answer !== 'genuine') throw new Error(`our own sealed file is ${answer}`)
  const measured = await best(20, { run: () => verifyFile(pdf, question) }, { run: async () => createHash('sha256').update(pdf).digest() })
  return timed('verify.1MB', measured, 'SHA-256 of the file')
}

async function sealedFile({ house, user }: Installation): Promise<Bytes> {
  const contract = await sendContract(house, user, await scan(MEGABYTE), 2)
  await signAndSeal(house, contract)
  const [document] = await listDocuments(house.db, contract.id)
  return readObject(house.db, (await headRevision(house.db, document!.id))!.objectDigest)
}
