import { expect, test } from 'bun:test'
import { CLAIRE } from '../../support/signing.ts'
import { identified, sentTo } from './support.ts'

test('what a reader could not read and what a document cannot show is refused with a sentence, and nothing is kept', async () => {
  await using sent = await sentTo([CLAIRE])
  const { db } = sent.test.house
  const { browser, base } = await identified(sent, 'Claire')
  const { id } = await db.selectFrom('field').select('id').where('kind', '=', 'full-name').executeTakeFirstOrThrow()
  const enter = async (text: string) => {
    const answer = await browser.post(`${base}/entries`, { [id]: text }, { accept: 'application/json' })
    return { status: answer.status, ...(JSON.parse(answer.text) as { code?: string; message?: string }) }
  }
  const long = await enter('Claire Marie Antoinette Josèphe de la Tour du Pin Gouvernet et de Bellegarde')
  expect(long).toMatchObject({ status: 422, code: 'entry.no-room' })
  expect(long.message).toMatch(/^Too long for this field: [3-6]\d characters fit\.$/)
  expect(await enter('Claire 🎉')).toMatchObject({
    status: 422,
    code: 'entry.undrawable',
    message: 'A document cannot show 🎉. Please leave it out.',
  })
  expect(await db.selectFrom('fieldEntry').selectAll().execute()).toEqual([])
  expect((await enter('Клер 山田')).status).toBe(200)
  const page = await browser.post(`${base}/entries`, { [id]: 'Claire 🎉', then: 'preview' })
  expect([page.status, page.text.includes(`aria-describedby="error-${id}"`)]).toEqual([422, true])

  const mark = { kind: 'signature', method: 'typed', text: 'Claire 🎉', font: 'hand-caveat' }
  const refused = await browser.post(`${base}/marks`, mark)
  expect([refused.status, refused.text.includes('id="signature-text-error">A document cannot show 🎉')]).toEqual([422, true])
  expect(await db.selectFrom('mark').selectAll().execute()).toEqual([])
}, 90_000)
