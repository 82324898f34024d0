import { z } from 'zod'
import { startSample } from '../../envelope/sample.ts'
import { requireUser, createsDocuments, userAct } from '../access.ts'
import { createApp } from '../env.ts'
import { form } from '../form.ts'
import { language } from '../schemas.ts'

const Wanted = z.object({ language })

export const envelopeSample = createApp().post('/envelopes/sample', createsDocuments, form(Wanted), async (c) => {
  const { id } = await startSample(c.var.house, userAct(c), requireUser(c), c.req.valid('form').language)
  return c.redirect(`/envelopes/${id}/draft`, 303)
})
