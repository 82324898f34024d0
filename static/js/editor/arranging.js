import { createAligning } from './aligning.js'
import { createCopying } from './copying.js'
import { freePlace, openPlace, together, within } from './geometry.js'
import { boxOf, newId } from './new-id.js'
import { startingRules } from './rules.js'

/** Everything that can be done to fields, by whatever means it is asked for. Each says what it did. */
export function createArranging({ draft, leaves, kinds, kindNames, newSize, voice, words, currentRecipient }) {
  const others = (leaf, except = new Set()) => draft.steady.filter((field) => leaves.of(field) === leaf && !except.has(field.id))

  const newField = (kind, leaf, middle) => {
    const { width, height, required } = kinds[kind]
    const empty = kind === 'signature' ? leaves.emptyFieldAt(leaf, middle) : undefined
    const box = empty ? boxOf(empty) : within({ x: middle.x - width / 2, y: middle.y - height / 2, width, height }, leaf)
    return {
      id: newId(),
      documentId: leaf.documentId,
      page: leaf.page,
      recipientId: kind === 'number' ? null : currentRecipient(),
      kind,
      ...box,
      required,
      readOnly: false,
      label: '',
      value: '',
      fontSize: newSize,
      rules: startingRules(kind, currentRecipient(), leaf.documentId, draft.steady, words),
    }
  }

  function put(fields) {
    draft.change([...draft.steady, ...fields])
    draft.select(fields.map(({ id }) => id))
  }

  const many = (one, more, fields) =>
    fields.length === 1 ? voice.about(one, fields[0]) : voice.say(more, { count: voice.number(fields.length) })

  return {
    ...createAligning({ draft, leaves, voice, words }),
    ...createCopying({ draft, leaves, others, put, many, voice, words }),
    newField,
    /** Says why not, where a kind may not stand on a page. */
    takes(leaf, kind) {
      const does = leaves.takes(leaf, kind)
      if (!does) voice.say(words.notHere, { kind: kindNames[kind] })
      return does
    },
    put,
    /** In the middle of what is seen, where nothing stands yet. */
    addInView(kind) {
      const { leaf, middle } = leaves.inView()
      if (!this.takes(leaf, kind)) return null
      const free = leaf.places.find((place) => !others(leaf).some(({ x, y }) => Math.abs(x - place.x) < 2 && Math.abs(y - place.y) < 2))
      if (kind === 'signature' && free) {
        const taken = newField(kind, leaf, { x: free.x + free.width / 2, y: free.y + free.height / 2 })
        put([taken])
        voice.about(words.added, taken)
        return taken
      }
      const field = newField(kind, leaf, middle)
      const placed = { ...field, ...(openPlace(field, others(leaf), leaf) ?? freePlace(field, others(leaf), leaf)) }
      put([placed])
      voice.about(words.added, placed)
      return placed
    },
    move(dx, dy) {
      const { selected } = draft
      if (!selected.length) return
      const by = together(selected, dx, dy, leaves.of)
      if (!by.dx && !by.dy) return
      draft.update(
        selected.map(({ id }) => id),
        (field) => ({ ...field, ...within({ ...field, x: field.x + by.dx, y: field.y + by.dy }, leaves.of(field)) }),
        `move ${[...draft.selection].join(' ')}`,
      )
      many(words.moved, words.movedMany, draft.selected)
    },
    resize(dx, dy) {
      const { selected } = draft
      if (!selected.length) return
      draft.update(
        selected.map(({ id }) => id),
        (field) => {
          const leaf = leaves.of(field)
          const width = Math.min(field.width + dx, leaf.width - field.x)
          const height = Math.min(field.height + dy, leaf.height - field.y)
          return { ...field, ...within({ ...field, width, height }, leaf) }
        },
        `resize ${[...draft.selection].join(' ')}`,
      )
      if (selected.length === 1) voice.about(words.resized, draft.selected[0])
    },
    remove() {
      const { selected } = draft
      if (!selected.length) return
      draft.change(draft.steady.filter(({ id }) => !draft.selection.has(id)))
      many(words.removed, words.removedMany, selected)
    },
    undo: () => voice.say(draft.undo() ? words.undone : words.nothingToUndo),
    redo: () => voice.say(draft.redo() ? words.redone : words.nothingToRedo),
    selectAll() {
      draft.select(draft.fields.map(({ id }) => id))
    },
    /** Those of the page in view. */
    selectPage() {
      const { leaf } = leaves.inView()
      const here = draft.fields.filter((field) => leaves.of(field) === leaf)
      draft.select(here.map(({ id }) => id))
      return here
    },
    deselect() {
      if (!draft.selection.size) return
      draft.select([])
      voice.say(words.deselected)
    },
    others,
    announceMoved: (fields) => many(words.moved, words.movedMany, fields),
  }
}
