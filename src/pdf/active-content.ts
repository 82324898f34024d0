import { PDFArray, PDFDict, type PDFDocument, PDFName, type PDFObject, PDFRef, PDFStream } from 'pdf-lib'

/** Something in a file that acts or carries: what it is, and where it was found. */
export interface ActiveContent {
  readonly kind: 'javascript' | 'launch' | 'submit' | 'import' | 'remote' | 'media' | 'embedded-file' | 'action'
  readonly name: string
}

const ACTIONS: Readonly<Record<string, ActiveContent['kind']>> = {
  '/JavaScript': 'javascript',
  '/Launch': 'launch',
  '/SubmitForm': 'submit',
  '/ImportData': 'import',
  '/GoToR': 'remote',
  '/GoToE': 'remote',
  '/Rendition': 'media',
  '/Movie': 'media',
  '/Sound': 'media',
  '/GoTo3DView': 'media',
  '/RichMediaExecute': 'media',
  '/ResetForm': 'action',
  '/Hide': 'action',
  '/SetOCGState': 'action',
  '/Trans': 'action',
}
const CARRIERS: Readonly<Record<string, ActiveContent['kind']>> = {
  '/FileAttachment': 'embedded-file',
  '/RichMedia': 'media',
  '/Movie': 'media',
  '/Sound': 'media',
  '/Screen': 'media',
  '/3D': 'media',
}
const N = (name: string): PDFName => PDFName.of(name)

/** Finds what acts or carries; with `remove`, takes it out. Links within the document and to web addresses stay. */
export function activeContent(doc: PDFDocument, remove: boolean): ActiveContent[] {
  const found: ActiveContent[] = []
  const { context, catalog } = doc
  const lookup = (value: PDFObject | undefined): PDFObject | undefined => (value instanceof PDFRef ? context.lookup(value) : value)
  const dictionary = (value: PDFObject | undefined): PDFDict | undefined => {
    const object = lookup(value)
    return object instanceof PDFDict ? object : object instanceof PDFStream ? object.dict : undefined
  }
  const kindOf = (action: PDFObject | undefined, depth = 0): ActiveContent['kind'] | null => {
    const dict = dictionary(action)
    if (!dict) return null
    const own = ACTIONS[String(dict.get(N('S')))]
    if (own || depth > 8) return own ?? null
    const next = lookup(dict.get(N('Next')))
    for (const one of next instanceof PDFArray ? next.asArray() : next ? [next] : []) {
      const kind = kindOf(one, depth + 1)
      if (kind) return kind
    }
    return null
  }
  const check = (holder: PDFDict, key: string, name: string): void => {
    const value = holder.get(N(key))
    if (!value) return
    if (key === 'AA') {
      const actions = dictionary(value)
      for (const [event, action] of actions?.entries() ?? [])
        found.push({ kind: kindOf(action) ?? 'action', name: `${name} ${event.decodeText()}` })
      if (remove) holder.delete(N(key))
      return
    }
    const kind = kindOf(value)
    if (!kind) return
    found.push({ kind, name })
    if (remove) holder.delete(N(key))
  }

  check(catalog, 'OpenAction', 'OpenAction')
  check(catalog, 'AA', 'Document')
  const names = dictionary(catalog.get(N('Names')))
  for (const [key, kind] of [
    ['JavaScript', 'javascript'],
    ['EmbeddedFiles', 'embedded-file'],
  ] as const)
    if (names?.has(N(key))) {
      found.push({ kind, name: key })
      if (remove) names.delete(N(key))
    }
  if (catalog.has(N('Collection'))) {
    found.push({ kind: 'embedded-file', name: 'Collection' })
    if (remove) catalog.delete(N('Collection'))
  }
  if (catalog.has(N('AF')) && remove) catalog.delete(N('AF'))
  doc.getPages().forEach((page, at) => {
    const name = `page ${at + 1}`
    check(page.node, 'AA', name)
    if (page.node.has(N('AF')) && remove) page.node.delete(N('AF'))
    const annotations = lookup(page.node.get(N('Annots')))
    if (!(annotations instanceof PDFArray)) return
    for (let index = annotations.size() - 1; index >= 0; index--) {
      const annotation = dictionary(annotations.get(index))
      const carried = CARRIERS[String(annotation?.get(N('Subtype')))]
      if (!annotation || carried) {
        if (carried) found.push({ kind: carried, name })
        if (remove) annotations.remove(index)
        continue
      }
      check(annotation, 'A', name)
      check(annotation, 'AA', name)
    }
  })
  const form = dictionary(catalog.get(N('AcroForm')))
  const fields = lookup(form?.get(N('Fields')))
  const seen = new Set<PDFDict>()
  const visit = (value: PDFObject, depth: number): void => {
    const field = dictionary(value)
    if (!field || seen.has(field) || depth > 32) return
    seen.add(field)
    check(field, 'A', 'form field')
    check(field, 'AA', 'form field')
    const kids = lookup(field.get(N('Kids')))
    if (kids instanceof PDFArray) for (const kid of kids.asArray()) visit(kid, depth + 1)
  }
  if (fields instanceof PDFArray) for (const field of fields.asArray()) visit(field, 0)
  return found
}
