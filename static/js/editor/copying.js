import { freePlace, within } from './geometry.js'
import { boxOf, newId } from './new-id.js'

/** Copies of what is selected: beside it, on other pages, and by way of the clipboard of this window. */
export function createCopying({ draft, leaves, others, put, many, voice, words }) {
  let copied = []
  // What stands for something in the file stands for it once.
  const copyOf = (field, leaf, box) => ({ ...field, rules: { ...field.rules, name: undefined }, origin: '', id: newId(), documentId: leaf.documentId, page: leaf.page, ...box })
  /** Conditions among fields that are copied together hold among the copies. */
  const related = (originals, copies) => {
    const ids = new Map(originals.map(({ id }, at) => [id, copies[at].id]))
    return copies.map((copy) => {
      const rules = { ...copy.rules }
      for (const which of ['show', 'require']) if (ids.has(rules[which]?.field)) rules[which] = { ...rules[which], field: ids.get(rules[which].field) }
      return { ...copy, rules }
    })
  }

  const stands = (field, leaf, box) =>
    others(leaf).some(
      ({ kind, recipientId, x, y }) =>
        kind === field.kind && recipientId === field.recipientId && Math.abs(x - box.x) < 1 && Math.abs(y - box.y) < 1,
    )

  /** One on every page of its document that is meant, where the same one does not stand yet. */
  function copyTo(isMeant) {
    const pages = new Set()
    const copies = leaves.all.flatMap((leaf) => {
      const originals = draft.selected.filter(
        (field) =>
          leaf.documentId === field.documentId &&
          leaf.page !== field.page &&
          isMeant(leaf) &&
          leaves.takes(leaf, field.kind) &&
          !stands(field, leaf, within(field, leaf)),
      )
      if (originals.length) pages.add(leaf)
      return related(
        originals,
        originals.map((field) => copyOf(field, leaf, boxOf(within(field, leaf)))),
      )
    })
    if (!copies.length) return voice.say(words.onAllPages)
    draft.change([...draft.steady, ...copies])
    voice.say(words.copiedToAll, { count: voice.number(pages.size) })
  }

  return {
    duplicate() {
      const { selected } = draft
      if (!selected.length) return
      const copies = selected.map((field) => {
        const leaf = leaves.of(field)
        return copyOf(field, leaf, boxOf(freePlace({ ...field, x: field.x + 12, y: field.y + 12 }, others(leaf), leaf)))
      })
      put(related(selected, copies))
      many(words.duplicated, words.duplicatedMany, copies)
      return copies.at(-1)
    },
    copyToAll: () => copyTo(() => true),
    /** Pages as people count them, both included. */
    copyToPages: (from, to) => copyTo(({ page }) => page + 1 >= Math.min(from, to) && page + 1 <= Math.max(from, to)),
    copy() {
      if (!draft.selected.length) return false
      copied = draft.selected
      voice.say(words.copied, { count: voice.number(copied.length) })
      return true
    },
    /** Onto the page in view: at the same place of it where that is free. */
    paste() {
      if (!copied.length) return null
      const { leaf } = leaves.inView()
      const fitting = copied.filter(({ kind }) => leaves.takes(leaf, kind))
      if (!fitting.length) return null
      const copies = fitting.map((field) => copyOf(field, leaf, boxOf(freePlace(field, others(leaf), leaf))))
      put(related(fitting, copies))
      many(words.added, words.duplicatedMany, copies)
      return copies.at(-1)
    },
  }
}
