const LONGEST = 200

/**
 * The fields as they stand in this window, with what is selected and all that may be undone. Fields are never altered, only replaced, so
 * that a list of them is a moment that can be gone back to.
 *
 * `shown`: anything to be seen has changed · `meant`: a change that is to be saved · `selected`.
 */
export class Draft extends EventTarget {
  #past = []
  #future = []
  #steady
  #merge = null
  #order

  /** @param order a comparison by which fields are read. */
  constructor(fields, order) {
    super()
    this.#order = order
    this.fields = fields.toSorted(order)
    this.#steady = this.fields
    this.selection = new Set()
  }

  find(id) {
    return this.fields.find((field) => field.id === id)
  }

  get selected() {
    return this.fields.filter(({ id }) => this.selection.has(id))
  }

  /** What is meant: what is shown, but for a movement that has not ended. */
  get steady() {
    return this.#steady
  }

  get canUndo() {
    return this.#past.length > 0
  }

  get canRedo() {
    return this.#future.length > 0
  }

  select(ids) {
    const next = new Set(ids)
    if (next.size === this.selection.size && [...next].every((id) => this.selection.has(id))) return
    this.selection = next
    this.#tell('selected')
  }

  toggle(id) {
    const next = new Set(this.selection)
    if (!next.delete(id)) next.add(id)
    this.select(next)
  }

  /** Shown, not meant yet: while something is being dragged. */
  preview(fields) {
    this.fields = fields
    this.#tell('shown')
  }

  /** Back to what it was before the dragging. */
  forget() {
    this.#show(this.#steady)
  }

  /** Meant from now on. Changes in a row with the same `merge` are undone together. */
  change(fields, merge = null) {
    if (merge === null || merge !== this.#merge) this.#past.push(this.#steady)
    if (this.#past.length > LONGEST) this.#past.shift()
    this.#merge = merge
    this.#future = []
    this.#steady = fields.toSorted(this.#order)
    this.#show(this.#steady)
    this.#tell('meant')
  }

  /** The fields of these ids, changed one by one. */
  update(ids, change, merge = null) {
    const which = new Set(ids)
    this.change(
      this.#steady.map((field) => (which.has(field.id) ? change(field) : field)),
      merge,
    )
  }

  /** The next change is undone by itself. */
  pause() {
    this.#merge = null
  }

  undo() {
    return this.#go(this.#past, this.#future)
  }

  redo() {
    return this.#go(this.#future, this.#past)
  }

  /** What somebody else has made of it: nothing here is left to be undone. */
  replace(fields) {
    this.#past = []
    this.#future = []
    this.#merge = null
    this.#steady = fields.toSorted(this.#order)
    this.#show(this.#steady)
  }

  #go(from, to) {
    if (!from.length) return false
    to.push(this.#steady)
    this.#steady = from.pop()
    this.#merge = null
    this.#show(this.#steady)
    this.#tell('meant')
    return true
  }

  #show(fields) {
    this.fields = fields
    const left = [...this.selection].filter((id) => this.find(id))
    if (left.length < this.selection.size) this.select(left)
    this.#tell('shown')
  }

  #tell(type) {
    this.dispatchEvent(new Event(type))
  }
}
