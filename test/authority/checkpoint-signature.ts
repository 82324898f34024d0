import { createPublicKey, verify } from 'node:crypto'

/** Whether the last line of a signed note is an Ed25519 signature over what stands before its empty line (C2SP signed-note). */
export function verifySync(note: string, publicKey: Uint8Array): boolean {
  const end = note.indexOf('\n\n')
  const signature = Buffer.from(note.slice(end).trim().split(' ')[2] ?? '', 'base64').subarray(4)
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') }, format: 'jwk' })
  return verify(null, Buffer.from(note.slice(0, end + 1)), key, signature)
}
