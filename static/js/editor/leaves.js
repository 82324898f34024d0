/** Pixels a point has at 100 %: CSS has 96 to an inch. */
export const ACTUAL = 96 / 72
/** So wide a page is shown at most where nothing else is asked for on a small screen. */
const READING = 720

/** The pages on the screen: which one is where, and how many pixels a point has. */
export function findLeaves(stage, documents) {
  const covers = []
  const leaves = [...stage.querySelectorAll('[data-page]')].map((paper, index) => {
    const documentId = paper.dataset.document
    const page = Number(paper.dataset.page)
    const document = documents.find(({ id }) => id === documentId)
    const { width, height } = document.pages[page]
    const { received } = document
    paper.style.aspectRatio = `${width} / ${height}`
    paper.querySelector('[data-flat]').remove()
    const places = received?.places.filter((place) => place.page === page) ?? []
    for (const element of paper.querySelectorAll('[data-cover]')) covers.push({ documentId, origin: element.dataset.cover, element })
    return { index, documentId, page, width, height, received, places, paper, layer: paper.querySelector('[data-fields]') }
  })
  const byPlace = new Map(leaves.map((leaf) => [`${leaf.documentId}/${leaf.page}`, leaf]))
  const of = ({ documentId, page }) => byPlace.get(`${documentId}/${page}`)

  const scale = (leaf) => leaf.paper.getBoundingClientRect().width / leaf.width || 1
  const toPoints = (leaf, clientX, clientY) => {
    const box = leaf.paper.getBoundingClientRect()
    return { x: (clientX - box.left) / scale(leaf), y: (clientY - box.top) / scale(leaf) }
  }
  /** The page below a place of the window, as far as it can be seen there. */
  const at = (clientX, clientY) => {
    if (!isInside(stage.getBoundingClientRect(), clientX, clientY)) return null
    return leaves.find(({ paper }) => isInside(paper.getBoundingClientRect(), clientX, clientY)) ?? null
  }
  /** The page that takes most of the stage, and the middle of what is seen of it. */
  const inView = () => {
    const frame = stage.getBoundingClientRect()
    const [top, bottom] = [Math.max(frame.top, 0), Math.min(frame.bottom, innerHeight)]
    let best = null
    for (const leaf of leaves) {
      const box = leaf.paper.getBoundingClientRect()
      const [from, to] = [Math.max(box.top, top), Math.min(box.bottom, bottom)]
      if (!best || to - from > best.seen) best = { leaf, seen: to - from, middle: (from + to) / 2, left: box.left, right: box.right }
    }
    const seen = best.seen > 0
    const x = (Math.max(best.left, frame.left) + Math.min(best.right, frame.right)) / 2
    return {
      leaf: best.leaf,
      middle: seen ? toPoints(best.leaf, x, best.middle) : { x: best.leaf.width / 2, y: best.leaf.height / 2 },
    }
  }
  const show = (leaf) =>
    stage.scrollTo({ top: stage.scrollTop + leaf.paper.getBoundingClientRect().top - stage.getBoundingClientRect().top - 12 })

  /** Pixels a point has where a page is as wide as the stage, and where it is seen whole. */
  const fits = () => {
    const { paddingLeft, paddingRight, paddingTop } = getComputedStyle(stage)
    const room = stage.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight)
    const across = Math.max(40, matchMedia('(max-width: 1080px)').matches ? Math.min(room, READING) : room)
    const frame = stage.getBoundingClientRect()
    const seen = Math.min(stage.clientHeight, innerHeight - Math.max(0, Math.min(frame.top, innerHeight / 3)))
    const down = Math.max(80, seen - parseFloat(paddingTop) - 44)
    return { width: ({ width }) => across / width, page: ({ width, height }) => Math.min(across / width, down / height) }
  }
  /** Draws every page with so many pixels a point, as `pixelsOf` says of it; the place of a page that is below `anchor` (of the window) stays there. */
  const setScale = (pixelsOf, anchor = middleOf(stage)) => {
    const leaf = at(anchor.clientX, anchor.clientY) ?? inView().leaf
    const point = toPoints(leaf, anchor.clientX, anchor.clientY)
    place(pixelsOf)
    keep(leaf, point, anchor)
  }
  const place = (pixelsOf) => {
    for (const leaf of leaves) {
      const { paper, width } = leaf
      const across = Math.round(width * pixelsOf(leaf) * 100) / 100
      paper.parentElement.style.inlineSize = `${across}px`
      paper.querySelector('img').sizes = `${Math.ceil(across)}px`
    }
  }
  /** Scrolls until a point of a page is below a place of the window. */
  const keep = (leaf, point, { clientX, clientY }) => {
    const box = leaf.paper.getBoundingClientRect()
    const shown = scale(leaf)
    stage.scrollTo({
      left: stage.scrollLeft + box.left + point.x * shown - clientX,
      top: stage.scrollTop + box.top + point.y * shown - clientY,
    })
  }

  /** Whether a field of this kind may stand there: on a file that arrived signed only what somebody signs, on a certified one where it has room. */
  const takes = ({ received, places }, kind) => !received || (kind !== 'number' && (!received.certified || places.length > 0))
  /** The empty signature field of the file at a place. */
  const emptyFieldAt = ({ places }, { x, y }) =>
    places.find((place) => x >= place.x && x <= place.x + place.width && y >= place.y && y <= place.y + place.height)

  return {
    all: leaves,
    covers,
    takes,
    emptyFieldAt,
    of,
    at,
    scale,
    toPoints,
    inView,
    show,
    fits,
    place,
    setScale,
    keep,
    /** Fields as they are read: page by page, from the top, from the left. */
    order: (a, b) => of(a).index - of(b).index || a.y - b.y || a.x - b.x || (a.id < b.id ? -1 : 1),
  }
}

const middleOf = (stage) => {
  const { left, top, width, bottom } = stage.getBoundingClientRect()
  return { clientX: left + width / 2, clientY: (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2 }
}

const isInside = (box, x, y) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom
