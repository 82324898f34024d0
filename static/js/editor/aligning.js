import { within } from './geometry.js'

const SIDES = {
  alignLeft: (box, all) => ({ x: all.left - box.x }),
  alignCentre: (box, all) => ({ x: (all.left + all.right - box.width) / 2 - box.x }),
  alignRight: (box, all) => ({ x: all.right - box.width - box.x }),
  alignTop: (box, all) => ({ y: all.top - box.y }),
  alignMiddle: (box, all) => ({ y: (all.top + all.bottom - box.height) / 2 - box.y }),
  alignBottom: (box, all) => ({ y: all.bottom - box.height - box.y }),
}

const boundsOf = (boxes) => ({
  left: Math.min(...boxes.map(({ x }) => x)),
  top: Math.min(...boxes.map(({ y }) => y)),
  right: Math.max(...boxes.map(({ x, width }) => x + width)),
  bottom: Math.max(...boxes.map(({ y, height }) => y + height)),
})

/** The same gap between one box and the next; the first and the last stay. `of` reads place and length along the axis. */
export function spread(boxes, { at, long }) {
  const sorted = boxes.toSorted((a, b) => a[at] - b[at] || a[at] + a[long] - b[at] - b[long])
  const [first, last] = [sorted[0], sorted.at(-1)]
  const room = last[at] + last[long] - first[at]
  const gap = (room - sorted.reduce((sum, box) => sum + box[long], 0)) / (sorted.length - 1)
  let next = first[at]
  return new Map(
    sorted.map((box) => {
      const place = next
      next += box[long] + gap
      return [box.id, place]
    }),
  )
}

/** What is done to several fields at once. Those on other pages stand at the same height of theirs, at the same place of their width. */
export function createAligning({ draft, leaves, voice, words }) {
  const change = (box, sentence) => {
    const { selected } = draft
    draft.update(
      selected.map(({ id }) => id),
      (field) => ({ ...field, ...within({ ...field, ...box(field) }, leaves.of(field)) }),
    )
    voice.say(sentence, { count: voice.number(selected.length) })
  }

  const aligners = Object.fromEntries(
    Object.entries(SIDES).map(([name, by]) => [
      name,
      () => {
        const { selected } = draft
        if (selected.length < 2) return
        const all = boundsOf(selected)
        change((field) => {
          const { x = 0, y = 0 } = by(field, all)
          return { x: field.x + x, y: field.y + y }
        }, words.aligned[name])
      },
    ]),
  )

  const distribute = (axis) => {
    const groups = [...Map.groupBy(draft.selected, leaves.of).values()].filter((fields) => fields.length > 2)
    if (!groups.length) return voice.say(words.distributeNeeds)
    const places = new Map(groups.flatMap((fields) => [...spread(fields, axis)]))
    change((field) => (places.has(field.id) ? { [axis.at]: places.get(field.id) } : {}), words.distributed)
  }

  return {
    ...aligners,
    distributeAcross: () => distribute({ at: 'x', long: 'width' }),
    distributeDown: () => distribute({ at: 'y', long: 'height' }),
    /** As large as the one that has the focus, else as the first. */
    sameSize() {
      const { selected } = draft
      if (selected.length < 2) return
      const held = document.activeElement?.closest?.('[data-field]')?.dataset.field
      const { width, height } = selected.find(({ id }) => id === held) ?? selected[0]
      change(() => ({ width, height }), words.sameSized)
    },
  }
}
