import { z } from 'zod'
import { findCertificate, PURPOSES, searchCertificates, STATUSES } from '../../../authority/certificate-list.ts'
import { instant } from '../../../base/instant.ts'
import { toPem } from '../../../pki/certificate.ts'
import { REVOCATION_REASONS, type RevocationReason } from '../../../pki/revocation.ts'
import { managesAuthority } from '../../access.ts'
import { blankForm, type Form } from '../../answers.ts'
import { createApp, type Ctx } from '../../env.ts'
import { contentDisposition } from '../../stored-file.ts'

const Query = z.object({
  search: z.string().trim().max(200).catch(''),
  purpose: z.enum(PURPOSES).nullable().catch(null),
  status: z.enum(STATUSES).nullable().catch(null),
  after: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}T[\d:.]{12}Z~\w{1,40}$/)
    .nullable()
    .catch(null),
})

export const REASONS = Object.keys(REVOCATION_REASONS) as readonly RevocationReason[]

export async function certificatePage(c: Ctx, form: Form): Promise<string> {
  const certificate = await findCertificate(c.var.house.db, c.var.act.at, c.req.param('serial') ?? '')
  return c.var.render('console/authority/certificates/show', { certificate, form, reasons: REASONS, isLocked: c.var.house.keys.isLocked() })
}

export const consoleCertificates = createApp()
  .get('/console/authority/certificates', managesAuthority, async (c) => {
    const { search = '', purpose = null, status = null, after = null } = c.req.query()
    const query = Query.parse({ search, purpose, status, after })
    const [createdAt = '', id = ''] = query.after?.split('~') ?? []
    const from = createdAt && !Number.isNaN(Date.parse(createdAt)) ? { createdAt: instant(createdAt), id } : null
    const { certificates, next } = await searchCertificates(c.var.house.db, c.var.act.at, { ...query, after: from })
    return c.html(
      await c.var.render('console/authority/certificates/index', {
        certificates,
        query: { search: query.search, purpose: query.purpose ?? '', status: query.status ?? '' },
        purposes: PURPOSES,
        statuses: STATUSES,
        next: next ? `${next.createdAt}~${next.id}` : null,
      }),
    )
  })
  .get('/console/authority/certificates/:serial', managesAuthority, async (c) =>
    c.html(await certificatePage(c, blankForm({ reason: 'unspecified' }))),
  )
  .get('/console/authority/certificates/:serial/pem', managesAuthority, async (c) => {
    const { der, serial } = await findCertificate(c.var.house.db, c.var.act.at, c.req.param('serial'))
    return c.body(toPem(der), 200, {
      'content-type': 'application/x-pem-file',
      'content-disposition': contentDisposition('attachment', `${serial}.pem`),
    })
  })
