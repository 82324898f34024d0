import { z } from 'zod'
import type { Ceremony } from '../../ceremony/ceremony.ts'
import { fieldsToFill, MARK_KINDS, type MarkKind } from '../../ceremony/filling.ts'
import {
  addMark,
  drawableOf,
  HANDS,
  markPicture,
  type NewMark,
  proofOf,
  removeMark,
  stampsFor,
  typedPicture,
} from '../../ceremony/marks.ts'
import type { Bytes } from '../../base/bytes.ts'
import { Refusal } from '../../base/refusal.ts'
import { blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx, wantsJson } from '../env.ts'
import { refusalStatus } from '../errors.ts'
import { line, tick, wholeNumber } from '../schemas.ts'
import { picture } from '../stored-picture.ts'
import { uploadedFile } from '../uploads.ts'
import { sheetsOf } from './fields.ts'
import { frameOf } from './frame.ts'
import { asRecipient, goOn, recipientAct } from './recipient.ts'

const hand = z.enum(HANDS, 'mark.text-missing').default(HANDS[0])
const LONGEST = 100

const Made = z.object({
  kind: z.enum(MARK_KINDS, 'mark.unknown'),
  method: z.enum(['typed', 'drawn', 'uploaded', 'library', 'phone'], 'mark.unknown'),
  text: line(LONGEST).optional(),
  font: hand,
  keepBackground: tick,
  stampId: z.string().max(60).default(''),
  pad: z.string().max(60).default(''),
  drawing: wholeNumber(1, 1_000).optional(),
})

const Proof = z.object({ keepBackground: tick })

/** What a refusal of a mark stands beside. */
const BESIDE = {
  'mark.text-missing': 'text',
  'mark.undrawable': 'text',
  'mark.empty': 'picture',
  picture: 'picture',
  image: 'picture',
  stamp: 'stampId',
  mark: 'picture',
}

export const signingMarks = createApp()
  .get(
    '/s/:id/marks/:kind{signature|initials|stamp}',
    asRecipient(['filling'], async (c, ceremony) => c.html(await page(c, ceremony, c.req.param('kind') as MarkKind, blankForm()))),
  )
  .post(
    '/s/:id/marks',
    asRecipient(['filling'], async (c, ceremony) => {
      const answers = await readAnswers(c, Made)
      if (!answers.ok) throw new Refusal('invalid', 'mark.unknown')
      const { kind } = answers.value
      const tools = c.var.house
      const act = recipientAct(c, ceremony)
      try {
        const mark = await addMark(tools, act, ceremony, await newMark(c, answers.value))
        if (wantsJson(c)) return c.json({ mark: mark.id, picture: `/s/${ceremony.invitation.id}/marks/${mark.id}` })
        return goOn(c, ceremony, '/fields')
      } catch (error) {
        if (wantsJson(c)) throw error
        return c.html(await page(c, ceremony, kind, formWith(c, answers.form, error, BESIDE)), refusalStatus(error))
      }
    }),
  )
  // How an uploaded picture would stand in the document; nothing is kept.
  .post(
    '/s/:id/marks/proofs',
    asRecipient(['filling'], async (c, ceremony) => {
      const answers = await readAnswers(c, Proof)
      const keepBackground = answers.ok && answers.value.keepBackground
      const png = await proofOf(c.var.house, ceremony, { picture: await pictureOf(c), keepBackground })
      return c.body(png, 200, { 'content-type': 'image/png', 'cache-control': 'no-store' })
    }),
  )
  .post(
    '/s/:id/marks/:kind{signature|initials|stamp}/removal',
    asRecipient(['filling'], async (c, ceremony) => {
      await removeMark(c.var.house.db, recipientAct(c, ceremony), ceremony, c.req.param('kind') as MarkKind)
      return wantsJson(c) ? c.json({ removed: true }) : goOn(c, ceremony, '/fields')
    }),
  )
  // A mark is never changed; another one has another id.
  .get(
    '/s/:id/marks/:mark',
    asRecipient(['filling', 'signed'], async (c, ceremony) => {
      const { bytes, type } = await markPicture(c.var.house.db, ceremony, c.req.param('mark') as string)
      return c.body(bytes, 200, { 'content-type': type, 'cache-control': 'private, max-age=86400, immutable' })
    }),
  )
  .get(
    '/s/:id/typed.svg',
    asRecipient(['filling'], (c) => {
      const text = line(LONGEST).safeParse(c.req.query('text') ?? '').data ?? ''
      const font = hand.safeParse(c.req.query('font')).data ?? HANDS[0]
      return c.body(typedPicture(drawableOf(text, font), font).svg, 200, {
        'content-type': 'image/svg+xml',
        'cache-control': 'private, max-age=3600',
      })
    }),
  )
  .get(
    '/s/:id/stamps/:stamp',
    asRecipient(['filling'], async (c, ceremony) => {
      const stamp = (await stampsFor(c.var.house.db, ceremony)).find(({ id }) => id === c.req.param('stamp'))
      if (!stamp) throw new Refusal('not_found', 'stamp.unknown')
      return picture(c, stamp.objectDigest)
    }),
  )

async function newMark(
  c: Ctx,
  { kind, method, text = '', font, keepBackground, stampId, pad, drawing = 0 }: z.output<typeof Made>,
): Promise<NewMark> {
  if (method === 'library') return { kind: 'stamp', method, stampId }
  if (method === 'drawn') return { kind, method, picture: await pictureOf(c) }
  if (method === 'uploaded') return { kind, method, picture: await pictureOf(c), keepBackground }
  // Nobody's handwriting is a company's stamp.
  if (kind === 'stamp') throw new Refusal('invalid', 'mark.not-asked')
  if (method === 'phone') return { kind, method, pad: { id: pad, drawing } }
  return { kind, method, text, font }
}

/** Chosen, or taken by the camera. */
async function pictureOf(c: Ctx): Promise<Bytes> {
  const file = (await uploadedFile(c, 'picture')) ?? (await uploadedFile(c, 'photo'))
  if (!file) throw new Refusal('invalid', 'picture.missing')
  return file
}

/** The sheet as a page of its own, for a browser without scripts. */
async function page(c: Ctx, ceremony: Ceremony, kind: MarkKind, form: Form): Promise<string> {
  const fields = await fieldsToFill(c.var.house.db, ceremony, c.var.act.at)
  const sheet = (await sheetsOf(c, ceremony, fields)).find((one) => one.kind === kind)
  if (!sheet) throw new Refusal('not_found', 'mark.not-asked')
  return c.var.render('signing/marks', { frame: frameOf(c, ceremony, `/marks/${kind}`), sheet, form })
}
