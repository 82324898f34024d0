import { factsSource, fieldLockSource, SIGNATURE, type SignatureFacts } from './append.ts'
import { Appending, type Tail } from './appended.ts'
import { addForm } from './drawing.ts'
import { PdfFault } from './fault.ts'
import type { Form } from './form.ts'
import type { ReceivedHead } from './received-head.ts'
import { entryIn, textSource, withEntries, withItem } from './source.ts'

/* For files that arrived with signatures of others: signature fields and signatures are appended, and nothing else. */

/** One person's signature, or the company's seal (`seal`), with what it shows, in its own field or in the empty one that it takes. */
export async function signReceived(
  head: ReceivedHead,
  act: { readonly place: string; readonly appearance: Form | null } & SignatureFacts,
): Promise<Tail<ReceivedHead>> {
  const place = head.received.places[act.place]
  if (!place) throw new PdfFault('append.field', act.place)
  if (place.signed) throw new PdfFault('append.filled', act.place)
  const appending = new Appending(head)
  const lock = place.lock ? ` ${fieldLockSource(head, place.lock)}` : ''
  const signature = appending.addSignature(SIGNATURE, ` ${factsSource(act)}${lock}`)
  const shown = place.box && act.appearance ? await addForm(appending, act.appearance) : null
  const entries = { ...(shown === null ? {} : { AP: `<</N ${shown} 0 R>>` }), V: `${signature} 0 R` }
  let next: ReceivedHead = head
  if (place.field) appending.put(place.field.number, withEntries(place.field.source, entries))
  else {
    const field = `<</Type /Annot /Subtype /Widget /FT /Sig /T ${textSource(place.name)} /F 132 /P ${place.page} 0 R /Rect [${place.rectangle.join(' ')}]>>`
    const number = appending.add(withEntries(field, entries))
    next = joined(head, appending, `${number} 0 R`, place.box ? place.page : null)
  }
  const places = { ...next.received.places, [act.place]: { ...place, signed: true } }
  const after = { ...next, received: { ...next.received, places } }
  return appending.closeWithHole(act.contentsBytes, (at) => ({ ...after, ...at }))
}

/** An archive time stamp in a new, invisible field. */
export async function timeStampReceived(head: ReceivedHead, stamp: { readonly contentsBytes: number }): Promise<Tail<ReceivedHead>> {
  const appending = new Appending(head)
  const token = appending.addSignature('/Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161')
  const name = `${head.received.prefix}DocTS${head.timeStamps + 1}`
  const page = head.received.places['seal']!.page
  const field = `<</Type /Annot /Subtype /Widget /FT /Sig /T ${textSource(name)} /V ${token} 0 R /F 132 /P ${page} 0 R /Rect [0 0 0 0]>>`
  const after = joined(head, appending, `${appending.add(field)} 0 R`, null)
  return appending.closeWithHole(stamp.contentsBytes, (at) => ({ ...after, ...at, timeStamps: head.timeStamps + 1 }))
}

/**
 * Lists a new field in the form, and on its page where it is seen. What is not seen is not listed on a page, so that no page is written again for
 * it. Each object that the lists stand in is written once, all else in it verbatim.
 */
function joined(head: ReceivedHead, appending: Appending, reference: string, page: number | null): ReceivedHead {
  const { received } = head
  const put = <T extends { readonly number: number }>(object: T, source: string): T & { source: string } => {
    appending.put(object.number, source)
    return { ...object, source }
  }
  const listedIn = (form: string): string => withEntries(form, { Fields: withItem(entryIn(form, 'Fields') ?? '[]', reference) })
  let { catalog } = head
  let { form, fieldList, pages } = received
  if (fieldList) fieldList = put(fieldList, withItem(fieldList.source, reference))
  else if (form) form = put(form, listedIn(form.source))
  else catalog = put(catalog, withEntries(catalog.source, { AcroForm: listedIn(entryIn(catalog.source, 'AcroForm') ?? '<<>>') }))
  const held = page === null ? undefined : pages[page]
  if (page !== null && !held) throw new PdfFault('append.field', 'page')
  if (held) {
    const { annotations } = held
    // Some writers use one array for both lists.
    if (annotations && annotations.number === fieldList?.number) pages = { ...pages, [page!]: { ...held, annotations: fieldList } }
    else if (annotations) pages = { ...pages, [page!]: { ...held, annotations: put(annotations, withItem(annotations.source, reference)) } }
    else {
      const list = withItem(entryIn(held.page.source, 'Annots') ?? '[]', reference)
      pages = { ...pages, [page!]: { ...held, page: put(held.page, withEntries(held.page.source, { Annots: list })) } }
    }
    // Pages whose lists are one object stay alike.
    const written = pages[page!]!.annotations
    if (written)
      pages = Object.fromEntries(
        Object.entries(pages).map(([key, one]) => [
          key,
          one.annotations?.number === written.number ? { ...one, annotations: written } : one,
        ]),
      )
  }
  return { ...head, catalog, received: { ...received, form, fieldList, pages } }
}
