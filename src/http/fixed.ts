import { Refusal } from '../base/refusal.ts'
import type { SettingName } from '../config/settings.ts'
import { baseOf } from '../setting/origins.ts'
import { fill, words } from '../view/words.ts'
import type { Ctx } from './env.ts'

/** Who says what the console therefore only shows; null where it is the console's to say. */
export function fixedBy(c: Ctx, setting: SettingName): string | null {
  const source = c.var.house.config.sources.get(setting)
  return source ? fill(words(c.var.lang).console.fixed[source.from], { name: source.name, path: source.path ?? '' }) : null
}

/** Below which the house may stand: where it stands now, and where it is said to stand outside the console. */
export const pathsHere = (c: Ctx): readonly string[] => {
  const { url, publicUrl } = c.var.house.config
  return [c.env.base, ...[url, publicUrl].flatMap((address) => (address ? baseOf(address) : []))]
}

export function refuseFixed(c: Ctx, setting: SettingName): void {
  if (c.var.house.config.sources.has(setting)) throw new Refusal('conflict', 'setting.fixed')
}
