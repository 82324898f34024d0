import { bodyLimit } from 'hono/body-limit'
import { latestCheckpoint } from '../audit/checkpoint.ts'
import { publicKeyPem } from '../audit/exporting.ts'
import { byNameInAddresses, listHouse, readCertificates } from '../authority/certificates.ts'
import { answerOcsp } from '../authority/ocsp.ts'
import { currentRevocationList } from '../authority/revocation-lists.ts'
import { answerTimeStamp } from '../authority/time-stamping.ts'
import { type Bytes, fromBase64 } from '../base/bytes.ts'
import { Refusal } from '../base/refusal.ts'
import { toPem } from '../pki/certificate.ts'
import { createApp, pathOf } from './env.ts'
import { contentDisposition } from './stored-file.ts'

/** What anybody may fetch without signing in: the addresses in the certificates, and the protocols of machines. */
export const publication = createApp()
  .get('/pki/root.crt', async (c) => file((await readCertificates(c.var.house.db)).root, 'application/x-x509-ca-cert', 'root.crt'))
  .get('/pki/root.pem', async (c) => file(toPem((await readCertificates(c.var.house.db)).root), 'application/x-pem-file', 'root.pem'))
  .get('/pki/:name{issuing(-[0-9]+)?\\.(crt|pem)}', async (c) => {
    const [name = '', form] = c.req.param('name').split('.')
    const issuing = byNameInAddresses(await listHouse(c.var.house.db), name)
    if (!issuing) throw new Refusal('not_found', 'page.not-found')
    return form === 'crt'
      ? file(issuing.der, 'application/pkix-cert', `${name}.crt`)
      : file(toPem(issuing.der), 'application/x-pem-file', `${name}.pem`)
  })
  .get('/pki/crl/:name{(root|issuing(-[0-9]+)?)\\.crl}', async (c) => {
    const name = c.req.param('name')
    const list = await currentRevocationList(c.var.house.db, name.slice(0, -'.crl'.length))
    if (!list) throw new Refusal('not_found', 'page.not-found')
    return file(list.der, 'application/pkix-crl', name)
  })
  // For whoever wants to be a witness of the audit log: its newest signed state, and the key.
  .get('/pki/log/checkpoint', async (c) => {
    const newest = await latestCheckpoint(c.var.house.db)
    if (!newest) throw new Refusal('not_found', 'page.not-found')
    return answer(newest.note, 'text/plain; charset=utf-8')
  })
  .get('/pki/log/log.pub.pem', async (c) => file(await publicKeyPem(c.var.house.db), 'application/x-pem-file', 'log.pub.pem'))
  .post('/pki/ocsp', bodyLimit({ maxSize: 16_384 }), async (c) => {
    const { house, act } = c.var
    return answer(await answerOcsp(house, new Uint8Array(await c.req.arrayBuffer()), act.at), 'application/ocsp-response')
  })
  // RFC 6960, appendix A.1: the request as base64 in the address, with or without its slashes escaped.
  .get('/pki/ocsp/*', async (c) => {
    const { house, act } = c.var
    const text = decoded(pathOf(c).slice('/pki/ocsp/'.length))
    return answer(await answerOcsp(house, text, act.at), 'application/ocsp-response')
  })
  .post('/pki/tsa', bodyLimit({ maxSize: 4_096 }), async (c) => {
    const { house, act } = c.var
    return answer(await answerTimeStamp(house, new Uint8Array(await c.req.arrayBuffer()), act.at), 'application/timestamp-reply')
  })

const file = (body: Bytes | string, type: string, name: string): Response =>
  new Response(body, {
    headers: { 'content-type': type, 'content-disposition': contentDisposition('attachment', name), 'cache-control': 'max-age=300' },
  })

const answer = (body: Bytes | string, type: string): Response =>
  new Response(body, { headers: { 'content-type': type, 'cache-control': 'no-store' } })

/** Nothing, where the text is not base64: the responder then says that the request is malformed. */
function decoded(text: string): Bytes {
  try {
    return fromBase64(decodeURIComponent(text))
  } catch {
    return new Uint8Array()
  }
}
