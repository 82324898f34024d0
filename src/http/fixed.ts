import { Refusal } from '../base/refusal.ts'
import type { SettingName } from '../config/settings.ts'
import { fill, words } from '../view/words.ts'
import type { Ctx } from './env.ts'

/** Who says what the console therefore only shows; null where it is the console's to say. */
export function fixedBy(c: Ctx, setting: SettingName): string | null {
  const source = c.var.house.config.sources.get(setting)
  return source ? fill(words(c.var.lang).console.fixed[source.from], { name: source.name, path: source.path ?? '' }) : null
}

export function refuseFixed(c: Ctx, setting: SettingName): void {
  if (c.var.house.config.sources.has(setting)) throw new Refusal('conflict', 'setting.fixed')
}
