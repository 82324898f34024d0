import SignaturePad from '../vendor/signature-pad.js'

/** Of a written name too. */
const INK = '#17256b'
/** Pixels across of the picture that is sent: sharp in print. */
const SENT_WIDTH = 1_600

/**
 * A canvas twice as wide as high that keeps its strokes as data: they follow when the phone is turned or the window changes, and are
 * drawn anew as sharp as the screen is.
 */
export function padOn(canvas, onChange) {
  const pad = new SignaturePad(canvas, { penColor: INK, throttle: 8, minDistance: 2 })
  let width = 0
  let ratio = 0

  function fit() {
    const across = canvas.clientWidth
    const sharpness = Math.max(1, devicePixelRatio)
    if (!across || (across === width && sharpness === ratio)) return
    const strokes = width ? scaled(pad.toData(), across / width) : []
    width = across
    ratio = sharpness
    canvas.width = Math.round(across * ratio)
    canvas.height = Math.round(canvas.clientHeight * ratio)
    canvas.getContext('2d').setTransform(ratio, 0, 0, ratio, 0, 0)
    Object.assign(pad, penFor(width))
    pad.fromData(strokes)
  }

  const changed = () => onChange(pad.isEmpty())
  new ResizeObserver(fit).observe(canvas)
  pad.addEventListener('beginStroke', () => onChange(false))
  pad.addEventListener('endStroke', changed)
  return {
    undo() {
      pad.fromData(pad.toData().slice(0, -1))
      changed()
    },
    clear() {
      pad.clear()
      changed()
    },
    picture: () => pictureOf(scaled(pad.toData(), SENT_WIDTH / width), canvas.clientHeight / canvas.clientWidth),
  }
}

const penFor = (width) => ({ minWidth: width / 520, maxWidth: width / 165, dotSize: width / 240 })

const scaled = (strokes, factor) =>
  strokes.map((stroke) => ({
    ...stroke,
    minWidth: stroke.minWidth * factor,
    maxWidth: stroke.maxWidth * factor,
    dotSize: stroke.dotSize * factor,
    points: stroke.points.map((point) => ({ ...point, x: point.x * factor, y: point.y * factor })),
  }))

/** A PNG without ground, cut to what was drawn. */
async function pictureOf(strokes, shape) {
  const whole = document.createElement('canvas')
  whole.width = SENT_WIDTH
  whole.height = Math.round(SENT_WIDTH * shape)
  const copy = new SignaturePad(whole, { penColor: INK, ...penFor(SENT_WIDTH) })
  copy.off()
  copy.fromData(strokes)
  const { data } = whole.getContext('2d').getImageData(0, 0, whole.width, whole.height)
  let [left, top, right, bottom] = [whole.width, whole.height, -1, -1]
  for (let y = 0, at = 3; y < whole.height; y++)
    for (let x = 0; x < whole.width; x++, at += 4) {
      if (!data[at]) continue
      left = Math.min(left, x)
      right = Math.max(right, x)
      top = Math.min(top, y)
      bottom = y
    }
  if (right < 0) return null
  const cut = document.createElement('canvas')
  cut.width = right - left + 9
  cut.height = bottom - top + 9
  cut.getContext('2d').drawImage(whole, 4 - left, 4 - top)
  return new Promise((done) => cut.toBlob(done, 'image/png'))
}
