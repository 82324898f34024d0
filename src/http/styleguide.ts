import { ICONS } from '../view/icons.ts'
import { refusalSentence } from './errors.ts'
import { managesSettings } from './access.ts'
import { createApp } from './env.ts'

/** Every colour, size, icon and part of the pages as they are, in the reader's scheme and language. */
export const styleguide = createApp().get('/styleguide', managesSettings, async (c) =>
  c.html(
    await c.var.render('styleguide/index', {
      icons: ICONS,
      form: {
        values: { name: 'Marie Dupont', language: 'fr', way: 'email', agreed: '1' },
        errors: { address: refusalSentence(c.var.lang, { reason: 'user.address-invalid', params: {} }) },
      },
    }),
  ),
)
