import { readSetting } from '../../setting/setting.ts'
import type { Ctx } from '../env.ts'

/** What answers for a link that was asked for by another system may stand inside its listed pages; whatever else this house answers may not. */
export async function allowFrame(c: Ctx, { embedded }: { readonly embedded: number }): Promise<void> {
  if (!embedded) return
  const { origins } = await readSetting(c.var.house.db, 'embedding')
  if (origins.length) c.set('embeddedIn', origins)
}
