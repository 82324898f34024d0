import { sealForm } from '../pdf/appearance.ts'
import type { Form } from '../pdf/form.ts'
import { type AnyHead, isReceived } from '../pdf/received-head.ts'

type Fonts = Parameters<typeof sealForm>[0]

/** What the company's seal shows where the file has a place for it; null where it has none. */
export function sealPicture(fonts: Fonts, head: AnyHead, said: Parameters<typeof sealForm>[1]): Form | null {
  const place = isReceived(head) ? undefined : head.fields['seal']
  return place ? sealForm(fonts, said, place.width, place.height) : null
}
