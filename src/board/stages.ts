import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { newId } from '../base/id.ts'
import type { Instant } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { Language, StageKind, StageRow } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import { LANGUAGES, words } from '../view/words.ts'

/** Each is a pair of ground and ink that is readable, light and dark; a stage is never told by its colour alone. */
export const COLOURS = ['grey', 'blue', 'violet', 'teal', 'green', 'amber', 'red', 'rose'] as const
export type Colour = (typeof COLOURS)[number]
export const ICONS = [
  'pen',
  'mail',
  'building',
  'person',
  'people',
  'check',
  'seal',
  'cross',
  'undo',
  'stop',
  'clock',
  'calendar',
  'eye',
  'phone',
  'warning',
  'key',
] as const
export type Icon = (typeof ICONS)[number]

export interface Stage {
  readonly id: string
  /** The fact that it states; null: an own stage. */
  readonly kind: StageKind | null
  readonly names: Readonly<Partial<Record<Language, string>>>
  readonly colour: Colour
  readonly icon: Icon
  readonly isHidden: boolean
}

export type StageDetails = Pick<Stage, 'names' | 'colour' | 'icon' | 'isHidden'>

const MOST_STAGES = 40

/** In the order of the board. */
export async function listStages(db: Db): Promise<Stage[]> {
  const rows = await db.selectFrom('stage').selectAll().where('removedAt', 'is', null).orderBy('position').orderBy('id').execute()
  return rows.map(stageOf)
}

export async function findStage(db: Db, id: string): Promise<Stage> {
  const row = await db.selectFrom('stage').selectAll().where('id', '=', id).where('removedAt', 'is', null).executeTakeFirst()
  if (!row) throw new Refusal('not_found', 'board.stage-unknown')
  return stageOf(row)
}

const stageOf = ({ id, kind, names, colour, icon, hiddenAt }: StageRow): Stage => ({
  id,
  kind,
  names: JSON.parse(names) as Stage['names'],
  colour: colour as Colour,
  icon: icon as Icon,
  isHidden: hiddenAt !== null,
})

/** As the reader calls it: the given name, else the built-in one, else the name in another language. */
export function stageName({ kind, names }: Pick<Stage, 'kind' | 'names'>, language: Language): string {
  const other = LANGUAGES.map((one) => names[one]).find(Boolean)
  return names[language] || (kind ? words(language).board.stages[kind] : (other ?? ''))
}

export async function addStage(db: Db, act: UserAct, details: StageDetails): Promise<Stage> {
  return db.transaction().execute(async (tx) => {
    const stages = await listStages(tx)
    if (stages.length >= MOST_STAGES) throw new Refusal('conflict', 'board.too-many-stages')
    refuseNameless(null, details)
    const id = newId('stg')
    await tx
      .insertInto('stage')
      .values({ id, kind: null, ...columnsOf(details, act.at), position: stages.length, createdAt: act.at, removedAt: null })
      .execute()
    await append(tx, act, { type: 'stage.added', detail: { stage: id }, clear: { name: stageName({ kind: null, ...details }, 'en') } })
    return { id, kind: null, ...details }
  })
}

export async function changeStage(db: Db, act: UserAct, id: string, details: StageDetails): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const stage = await findStage(tx, id)
    refuseNameless(stage.kind, details)
    await tx.updateTable('stage').set(columnsOf(details, act.at)).where('id', '=', id).execute()
    await append(tx, act, { type: 'stage.changed', detail: { stage: id }, clear: { name: stageName({ ...stage, ...details }, 'en') } })
  })
}

const columnsOf = ({ names, colour, icon, isHidden }: StageDetails, at: Instant) => ({
  names: JSON.stringify(names),
  colour,
  icon,
  hiddenAt: isHidden ? at : null,
})

function refuseNameless(kind: StageKind | null, { names }: StageDetails): void {
  if (kind === null && !LANGUAGES.some((language) => names[language])) throw new Refusal('invalid', 'board.name-missing')
}

/** One place earlier or later on the board. */
export function shiftStage(db: Db, act: UserAct, id: string, by: -1 | 1): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const stages = await listStages(tx)
    const at = stages.findIndex((stage) => stage.id === id)
    if (at < 0) throw new Refusal('not_found', 'board.stage-unknown')
    const to = at + by
    if (to < 0 || to >= stages.length) return
    const [moved] = stages.splice(at, 1)
    stages.splice(to, 0, moved!)
    for (const [position, stage] of stages.entries()) await tx.updateTable('stage').set({ position }).where('id', '=', stage.id).execute()
    await append(tx, act, { type: 'stage.changed', detail: { stage: id }, clear: { name: stageName(moved!, 'en') } })
  })
}

/** An own stage that holds no card and that nothing leads to. Its rules go with it; what they did stays in their log. */
export function removeStage(db: Db, act: UserAct, id: string): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const stage = await findStage(tx, id)
    if (stage.kind) throw new Refusal('conflict', 'board.stage-built-in')
    const card = await tx.selectFrom('boardCard').select('envelopeId').where('stageId', '=', id).limit(1).executeTakeFirst()
    if (card) throw new Refusal('conflict', 'board.stage-not-empty')
    await refuseIfLedTo(tx, id)
    await tx.updateTable('boardRule').set({ removedAt: act.at }).where('stageId', '=', id).where('removedAt', 'is', null).execute()
    await tx.updateTable('stage').set({ removedAt: act.at }).where('id', '=', id).execute()
    await append(tx, act, { type: 'stage.removed', detail: { stage: id }, clear: { name: stageName(stage, 'en') } })
  })
}

async function refuseIfLedTo(tx: Tx, id: string): Promise<void> {
  const trigger = await tx.selectFrom('boardTrigger').select('id').where('stageId', '=', id).limit(1).executeTakeFirst()
  if (trigger) throw new Refusal('conflict', 'board.stage-has-trigger')
  const rules = await tx.selectFrom('boardRule').select(['action', 'stageId']).where('removedAt', 'is', null).execute()
  if (rules.some(({ action, stageId }) => stageId !== id && (JSON.parse(action) as { stage?: string }).stage === id))
    throw new Refusal('conflict', 'board.stage-has-rule')
}
