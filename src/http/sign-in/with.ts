import { getCookie, setCookie } from 'hono/cookie'
import {
  enterBy,
  findProvider,
  JOURNEY_LASTS,
  leaveFor,
  proveBy,
  type Purpose,
  readJourney,
  redirectUriOf,
  takeBack,
  toldByClaims,
} from '../../access/sign-on/provider-sign-in.ts'
import { isKnownDevice } from '../../access/sign-in.ts'
import { whatItGives } from '../../access/sign-on/trial.ts'
import { SECOND } from '../../base/instant.ts'
import { Refusal } from '../../base/refusal.ts'
import { originsOf } from '../../setting/origins.ts'
import { readSetting } from '../../setting/setting.ts'
import { ownAddress, requireUser, userAct } from '../access.ts'
import { blankForm } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { refusalStatus } from '../errors.ts'
import { cookieName } from '../security.ts'
import { deviceOf, enter, isHttps } from '../session-cookie.ts'
import { signInPage } from '../sign-in.ts'

const LEAVING = 'leaving'

/** To the provider, and nothing has changed here yet: what is needed to come back travels with the browser, sealed. */
export async function leave(c: Ctx, sourceId: string, purpose: Purpose, next: string): Promise<Response> {
  const { house, act } = c.var
  const source = await findProvider(house, sourceId, purpose !== 'trial')
  const { url, journey } = await leaveFor(house, act.at, source, { origin: await staffOrigin(c), purpose, session: c.var.sessionId, next })
  const secure = await isHttps(c)
  setCookie(c, cookieName(secure, LEAVING), journey, { httpOnly: true, sameSite: 'Lax', secure, path: '/', maxAge: JOURNEY_LASTS / SECOND })
  return c.redirect(url, 303)
}

const staffOrigin = async (c: Ctx): Promise<string> =>
  originsOf(c.var.house.config, await readSetting(c.var.house.db, 'installation')).staff

/** A provider's answer that lets nobody in is told on the page where it began. */
const toldOnPage = async (c: Ctx, work: () => Promise<Response>): Promise<Response> => {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Refusal) || error.code === 'not_found') throw error
    return c.html(await signInPage(c, blankForm(), error), refusalStatus(error))
  }
}

export const signInWith = createApp()
  .get('/sign-in/with/:id', (c) =>
    toldOnPage(c, () =>
      leave(c, c.req.param('id'), c.var.user && c.req.query('proof') !== undefined ? 'proof' : 'sign-in', ownAddress(c.req.query('next'))),
    ),
  )
  .get('/sign-in/with/:id/return', (c) => toldOnPage(c, () => comeBack(c, c.req.param('id'))))

async function comeBack(c: Ctx, id: string): Promise<Response> {
  const { house, act } = c.var
  const secure = await isHttps(c)
  const name = cookieName(secure, LEAVING)
  const journey = readJourney(house, act.at, id, getCookie(c, name))
  setCookie(c, name, '', { httpOnly: true, sameSite: 'Lax', secure, path: '/', maxAge: 0 })
  const source = await findProvider(house, id, journey.purpose !== 'trial')
  const address = new URL(redirectUriOf(await staffOrigin(c), id))
  address.search = new URL(c.req.url).search
  // Whoever began a proof or a trial is the one who ends it.
  if (journey.purpose !== 'sign-in' && (!c.var.user || c.var.sessionId !== journey.session)) throw new Refusal('gone', 'source.answer-over')
  const answer = await takeBack(house, act, source, journey, address)
  if (journey.purpose === 'proof') {
    await proveBy(house, userAct(c), source, answer, requireUser(c).id, c.var.sessionId ?? '')
    return c.redirect(ownAddress(journey.next), 303)
  }
  if (journey.purpose === 'trial') {
    const { permissions } = requireUser(c)
    if (!permissions.permissions.edit || !permissions.console.settings) throw new Refusal('forbidden', 'access.forbidden')
    const claims = Object.entries(answer.claims).map(([claim, value]) => ({ claim, value: JSON.stringify(value).slice(0, 300) }))
    const steps = await whatItGives(house.db, source, toldByClaims(source, answer))
    return c.html(await c.var.render('console/sign-on/trial', { id, name: source.name, claims, steps }))
  }
  const device = await deviceOf(c)
  const opened = await enterBy(house, act, source, answer, ({ email }) => isKnownDevice(house.secretKey, email, device))
  return enter(c, opened, ownAddress(journey.next))
}
