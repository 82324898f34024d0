import type { Db } from '../db/open.ts'

/** Cards and rules of each stage, whoever may see them. */
export async function stageCounts(db: Db): Promise<ReadonlyMap<string, { readonly cards: number; readonly rules: number }>> {
  const cards = await db
    .selectFrom('boardCard')
    .select((select) => ['stageId', select.fn.countAll<number>().as('count')])
    .groupBy('stageId')
    .execute()
  const rules = await db
    .selectFrom('boardRule')
    .select((select) => ['stageId', select.fn.countAll<number>().as('count')])
    .where('removedAt', 'is', null)
    .groupBy('stageId')
    .execute()
  const count = (rows: readonly { stageId: string; count: number }[], id: string) =>
    Number(rows.find(({ stageId }) => stageId === id)?.count ?? 0)
  const ids = new Set([...cards, ...rules].map(({ stageId }) => stageId))
  return new Map([...ids].map((id) => [id, { cards: count(cards, id), rules: count(rules, id) }]))
}
