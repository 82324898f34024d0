import { authenticationOptions } from '../access/passkeys.ts'
import { isProofFresh, prove } from '../access/proof.ts'
import { ownAddress, requireUser, signedIn, userAct } from './access.ts'
import { createApp, type Ctx } from './env.ts'
import { refusalStatus } from './errors.ts'
import { requireSite } from './passkey-site.ts'
import { proofPage, proofRefused, typedProof } from './step-up.ts'

/** Asks who sits there before a page is opened, and goes on to it. */
export const proof = createApp()
  .get('/proof', signedIn, async (c) => {
    const next = ownAddress(c.req.query('next'))
    const back = c.req.query('file')
    const file = back === undefined ? '' : ownAddress(back)
    if (c.var.session && isProofFresh(c.var.session, c.var.act.at)) return goOn(c, next, file)
    return c.html(await proofPage(c, { action: '/proof', next, file }))
  })
  .get('/proof/options', signedIn, async (c) => {
    const { db, secretKey } = c.var.house
    const challenged = { purpose: 'proof', holder: c.var.sessionId ?? '' } as const
    return c.json(await authenticationOptions(db, secretKey, c.var.act.at, await requireSite(c), requireUser(c).id, challenged))
  })
  .post('/proof', signedIn, async (c) => {
    const body = await c.req.parseBody()
    const next = ownAddress(typeof body['next'] === 'string' ? body['next'] : undefined)
    const back = body['proof-back']
    const file = typeof back === 'string' && back ? ownAddress(back) : ''
    try {
      await prove(c.var.house, userAct(c), requireUser(c), c.var.sessionId ?? '', (await typedProof(c)) ?? { password: '' })
    } catch (error) {
      return c.html(await proofPage(c, { action: '/proof', next, file, form: proofRefused(c, error) }), refusalStatus(error))
    }
    return goOn(c, next, file)
  })

const goOn = async (c: Ctx, next: string, back: string): Promise<Response> =>
  back ? c.html(await c.var.render('access/proof-done', { file: next, kept: null, back })) : c.redirect(next, 303)
