import { setCookie } from 'hono/cookie'
import { z } from 'zod'
import { ownAddress } from './access.ts'
import { createApp } from './env.ts'
import { form } from './form.ts'
import { language } from './schemas.ts'

const Choice = z.object({ language, next: z.string().optional() })

/** Whoever reads chooses; the browser remembers for a year. */
export const languageChoice = createApp().post('/language', form(Choice), (c) => {
  const { language, next } = c.req.valid('form')
  setCookie(c, 'lang', language, { sameSite: 'Lax', path: '/', maxAge: 365 * 86_400, secure: c.env.origin.startsWith('https:') })
  return c.redirect(ownAddress(next), 303)
})
