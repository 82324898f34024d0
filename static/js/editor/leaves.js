const LARGEST = 3

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

  let zoom = 1
  const setZoom = (next) => {
    zoom = Math.min(Math.max(next, 1), LARGEST)
    const { leaf } = inView()
    stage.style.setProperty('--zoom', zoom)
    for (const { paper } of leaves) paper.querySelector('img').sizes = `${Math.ceil(paper.getBoundingClientRect().width)}px`
    show(leaf)
    return { isSmallest: zoom === 1, isLargest: zoom === LARGEST }
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
    zoomBy: (steps) => setZoom(zoom + steps / 2),
    /** Fields as they are read: page by page, from the top, from the left. */
    order: (a, b) => of(a).index - of(b).index || a.y - b.y || a.x - b.x || (a.id < b.id ? -1 : 1),
  }
}

const isInside = (box, x, y) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom
