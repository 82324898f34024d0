import { type Proof, isProofFresh, prove, proofWaysOf } from '../access/proof.ts'
import { Refusal } from '../base/refusal.ts'
import { ownAddress, requireUser, signedIn, userAct } from './access.ts'
import { blankForm, type Form, formWith } from './answers.ts'
import { createMiddleware, type Ctx, isHtmx, wantsJson } from './env.ts'
import { refusalStatus } from './errors.ts'
import { requireSite, siteOf } from './passkey-site.ts'
import { keepForm, type KeptForm, PROOF, restoreForm } from './kept-form.ts'
import { pathBelow } from './base-path.ts'

/**
 * Lets through whoever has shown within ten minutes that it is they who sit there. Stands behind the right, before a page and before what the page
 * posts. A page is shown after the proof; a form that comes too late is kept, and goes on by itself after it.
 */
export const freshProof = guard(false)

/** The same before a file: between the proof and the download stands a page, for a download leaves the page as it was. */
export const freshProofForFile = guard(true)

function guard(isFile: boolean) {
  return createMiddleware(async (c, next) => {
    if (!c.var.user || !c.var.session) return signedIn(c, next)
    const isPost = c.req.method !== 'GET' && c.req.method !== 'HEAD'
    if (isProofFresh(c.var.session, c.var.act.at)) {
      if (isPost) await restoreForm(c)
      return next()
    }
    if (wantsJson(c)) throw new Refusal('forbidden', 'proof.needed')
    const here = pathWithin(c, c.req.url)
    if (isHtmx(c))
      return c.body(null, 204, { 'HX-Redirect': `/proof?next=${encodeURIComponent(pathWithin(c, c.req.header('hx-current-url')))}` })
    if (!isPost) {
      const back = isFile ? `&file=${encodeURIComponent(pathWithin(c, c.req.header('referer')))}` : ''
      return c.redirect(`/proof?next=${encodeURIComponent(here)}${back}`, 303)
    }
    const kept = await keepForm(c)
    const typed = await typedProof(c)
    const asked = (await c.req.parseBody())[`${PROOF}back`]
    // The page that the form stood on, which the answer to a form does not know of itself.
    const from = pathWithin(c, c.req.header('referer'))
    const file = isFile ? (typeof asked === 'string' ? ownAddress(asked) : from) : ''
    if (!typed) return c.html(await proofPage(c, { kept, action: here, file, from }), 403)
    try {
      await prove(c.var.house, userAct(c), requireUser(c), c.var.session.id, typed)
    } catch (error) {
      return c.html(await proofPage(c, { kept, action: here, file, from, form: proofRefused(c, error) }), refusalStatus(error))
    }
    if (isFile) return c.html(await c.var.render('access/proof-done', { file: here, kept: kept.sealed, back: file }))
    await restoreForm(c)
    return next()
  })
}

export interface AskedProof {
  /** Where the form of the proof goes. */
  readonly action: string
  readonly form?: Form
  readonly kept?: KeptForm
  readonly next?: string
  readonly file?: string
  /** The page that the form stood on, to come back to from a provider. */
  readonly from?: string
}

export async function proofPage(
  c: Ctx,
  { action, form = blankForm(), kept, next = '', file = '', from = next }: AskedProof,
): Promise<string> {
  const own = await proofWaysOf(c.var.house.db, requireUser(c))
  // A passkey belongs to an address with https, and is offered there alone.
  const ways = { ...own, passkeys: own.passkeys && (await siteOf(c)) !== null }
  return c.var.render('access/proof', {
    action,
    form,
    ways,
    kept: kept?.sealed ?? null,
    hadFiles: kept?.hadFiles ?? false,
    next,
    file,
    from,
  })
}

/** What was typed to show who it is; null: nothing was asked yet. */
export async function typedProof(c: Ctx): Promise<Proof | null> {
  const body = await c.req.parseBody()
  const field = (name: string): string => {
    const value = body[PROOF + name]
    return typeof value === 'string' ? value.slice(0, 4_000) : ''
  }
  if (field('password')) return { password: field('password') }
  if (field('code')) return { code: field('code') }
  const passkey = body[`${PROOF}passkey`]
  if (typeof passkey === 'string' && passkey) return { passkey: passkey.slice(0, 20_000), site: await requireSite(c) }
  // The button was pressed with nothing typed: as wrong as anything else.
  return PROOF + 'by' in body ? (field('by') === 'code' ? { code: '' } : { password: '' }) : null
}

export const proofRefused = (c: Ctx, error: unknown): Form =>
  formWith(c, blankForm(), error, {
    'password.current-wrong': 'proof-password',
    'second-factor.code-wrong': 'proof-code',
    passkey: 'passkey',
    'sign-in': 'proof',
  })

/** The address within the house, as the browser names it; '/' for one that is not of this house. */
function pathWithin(c: Ctx, address: string | undefined): string {
  const url = URL.parse(address ?? '', c.req.url)
  const path = url && url.host === new URL(c.req.url).host ? pathBelow(c.env.base, url.pathname) : null
  return url && path !== null ? path + url.search : '/'
}
