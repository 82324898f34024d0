import { getCookie, setCookie } from 'hono/cookie'
import { Refusal } from '../base/refusal.ts'
import { readSetting } from '../setting/setting.ts'
import { readDraft, type SetupDraft } from '../upkeep/setup-draft.ts'
import { isSetupSecret } from '../upkeep/setup-secret.ts'
import { createApp, createMiddleware, type Ctx } from './env.ts'

export const STEPS = ['company', 'administrator', 'addresses', 'mail', 'authority'] as const
export type Step = (typeof STEPS)[number]

/** What the rail of steps shows. */
export interface StepView {
  readonly name: Step
  readonly href: string | null
  readonly state: 'done' | 'current' | 'todo'
}

const COOKIE = 'setup'

const isDone: Readonly<Record<Step, (draft: SetupDraft) => boolean>> = {
  company: (draft) => draft.company !== undefined,
  administrator: (draft) => draft.administrator !== undefined,
  addresses: (draft) => draft.addresses !== undefined,
  mail: (draft) => draft.email !== undefined,
  authority: () => false,
}

/** The first step that has not been answered. */
export const nextStep = (draft: SetupDraft): Step => STEPS.find((step) => !isDone[step](draft)) ?? 'authority'

export function stepsFor(draft: SetupDraft, current: Step): StepView[] {
  const open = STEPS.indexOf(nextStep(draft))
  return STEPS.map((name, at) => ({
    name,
    href: at <= open && name !== current ? `/setup/${name}` : null,
    state: name === current ? 'current' : isDone[name](draft) ? 'done' : 'todo',
  }))
}

export const draftOf = (c: Ctx): Promise<SetupDraft> => readDraft(c.var.house.db, c.var.house.secretKey)

/** Only before the set-up is done, and only by whoever opened the address that the server printed. */
export const settingUp = createMiddleware(async (c, next) => {
  if (await isSetUp(c)) return c.redirect('/', 303)
  if (!isSetupSecret(c.var.house.secretKey, getCookie(c, COOKIE) ?? '')) throw new Refusal('forbidden', 'setup.secret-needed')
  return next()
})

export const isSetUp = async (c: Ctx): Promise<boolean> => (await readSetting(c.var.house.db, 'installation')).setUpAt !== null

export const endSetupVisit = (c: Ctx): void => setCookie(c, COOKIE, '', { httpOnly: true, sameSite: 'Lax', path: '/setup', maxAge: 0 })

export const setup = createApp().get('/setup', async (c) => {
  if (await isSetUp(c)) return c.redirect('/', 303)
  const { secretKey } = c.var.house
  const shown = c.req.query('secret')
  if (shown !== undefined) {
    if (!isSetupSecret(secretKey, shown)) throw new Refusal('forbidden', 'setup.secret-needed')
    // From here on the secret is a cookie: it leaves the address bar, the history and the log.
    setCookie(c, COOKIE, shown, { httpOnly: true, sameSite: 'Lax', path: '/setup', maxAge: 86_400 })
    return c.redirect('/setup', 303)
  }
  if (!isSetupSecret(secretKey, getCookie(c, COOKIE) ?? '')) throw new Refusal('forbidden', 'setup.secret-needed')
  return c.redirect(`/setup/${nextStep(await draftOf(c))}`, 303)
})
