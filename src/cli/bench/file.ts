import { closeSync, openSync, readSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { type Bytes, randomBytes } from '../../base/bytes.ts'
import { type Head, headOf } from '../../pdf/head.ts'
import { imagesToPdf } from '../../pdf/image-pages.ts'
import { prepare } from '../../pdf/prepare.ts'
import { readPdf } from '../../pdf/read.ts'
import type { Signer } from '../../pki/signer.ts'
import { fontSet } from '../../sandbox/fonts.ts'

export const MEGABYTE = 1_000_000
const BUFFER = 1_048_576
/** What pages, fonts and the certificate of completion add to the picture. */
const BESIDE = 40_000

/** One page with a picture that cannot be compressed: a contract of about this many bytes as somebody uploads it. */
export function scan(bytes: number): Promise<Bytes> {
  const jpeg = new Uint8Array(bytes)
  for (let at = 0; at < bytes; at += 65_536) jpeg.set(randomBytes(Math.min(65_536, bytes - at)), at)
  return imagesToPdf([{ width: 100, height: 100, jpeg }])
}

export async function preparedScan(bytes: number): Promise<{ pdf: Bytes; head: Head }> {
  const pdf = await prepared(await scan(bytes - BESIDE))
  return { pdf, head: headOf(await readPdf(pdf)) }
}

/** Revision 0 for one signer. */
export const prepared = async (source: Bytes): Promise<Bytes> =>
  (
    await prepare({
      source,
      removeActive: true,
      title: 'Bench',
      documentId: '7K2M-9QXD-4TRA-C',
      verifyUrl: 'http://127.0.0.1/verify',
      language: 'en',
      pageOf: 'Page {number} of {total}',
      company: { name: 'Bench' },
      siblings: [],
      facts: [],
      fonts: fontSet(),
      words: { title: 'Certificate', documentId: 'ID', recipients: 'Signers', seal: 'Seal', siblings: 'With', scan: 'Scan', check: [] },
      recipients: [{ name: 'S1', title: 'Ann', subtitle: 'Signer', signs: true }],
      fields: [],
    })
  ).pdf

/** The file in order, in one buffer that is used again. */
export function through(path: string, take: (piece: Uint8Array) => void): void {
  const file = openSync(path, 'r')
  const buffer = new Uint8Array(BUFFER)
  for (let read = readSync(file, buffer); read; read = readSync(file, buffer)) take(buffer.subarray(0, read))
  closeSync(file)
}

/** The least that a signature of a file can take: it is read and hashed once, and a key signs once. */
export async function hashAndSign(path: string, signer: Signer): Promise<void> {
  const hash = createHash('sha256')
  through(path, (piece) => hash.update(piece))
  await signer.sign(Uint8Array.from(hash.digest()))
}
