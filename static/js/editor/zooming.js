import { giveUpAll } from './following.js'
import { ACTUAL } from './leaves.js'

/** In percent of the size on paper. */
const STEPS = [50, 67, 80, 100, 125, 150, 175, 200, 250, 300]
const [SMALLEST, LARGEST] = [STEPS[0], STEPS.at(-1)]

/** How large the pages are: as wide as the stage, whole, or a percentage; by buttons, a list, keys, the wheel with Ctrl, and two fingers. */
export function createZooming({ root, stage, leaves, voice, words }) {
  const choice = root.querySelector('[data-zoom-level]')
  const now = choice.querySelector('[data-zoom-now]')
  const buttons = [...root.querySelectorAll('[data-zoom]')]
  let mode = 'width'
  let percent = 100

  const within = (value) => Math.min(LARGEST, Math.max(Math.min(SMALLEST, percentOf('width'), percentOf('page')), value))
  const percentOf = (fit) => (leaves.fits()[fit](leaves.inView().leaf) / ACTUAL) * 100
  const evenly = () => (percent / 100) * ACTUAL

  function show(told) {
    now.value = mode === 'free' ? String(percent) : ''
    now.textContent = `${voice.number(Math.round(percent))} %`
    now.hidden = mode !== 'free'
    choice.value = mode === 'free' ? now.value : mode
    if (mode !== 'free') choice.selectedOptions[0].dataset.percent = Math.round(percent)
    for (const button of buttons) button.setAttribute('aria-disabled', Number(button.dataset.zoom) < 0 ? percent <= within(0) + 0.5 : percent >= LARGEST)
    if (told) voice.say(words.zoomed, { percent: voice.number(Math.round(percent)) })
  }
  function to(value, { anchor, told = true } = {}) {
    percent = within(value)
    mode = STEPS.includes(Math.round(percent)) && Math.abs(percent - Math.round(percent)) < 0.01 ? String(Math.round(percent)) : 'free'
    leaves.setScale(evenly, anchor)
    show(told)
  }
  function fit(which, told = true) {
    mode = which
    percent = percentOf(which)
    leaves.setScale(leaves.fits()[which])
    show(told)
  }
  const by = (direction) =>
    to(direction > 0 ? (STEPS.find((step) => step > percent + 0.5) ?? LARGEST) : (STEPS.findLast((step) => step < percent - 0.5) ?? SMALLEST))

  for (const button of buttons) button.addEventListener('click', () => button.getAttribute('aria-disabled') !== 'true' && by(Number(button.dataset.zoom)))
  choice.addEventListener('change', () => (choice.value === 'width' || choice.value === 'page' ? fit(choice.value) : to(Number(choice.value))))

  stage.addEventListener(
    'wheel',
    (event) => {
      // A pinch on a touchpad comes as a wheel with Ctrl too.
      if (!event.ctrlKey && !event.metaKey) return
      event.preventDefault()
      const turned = Math.max(-60, Math.min(60, event.deltaMode ? event.deltaY * 20 : event.deltaY))
      to(percent * Math.exp(-turned / 250), { anchor: event, told: false })
    },
    { passive: false },
  )

  let pinch = null
  const between = ([a, b]) => ({
    apart: Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY),
    middle: { clientX: (a.clientX + b.clientX) / 2, clientY: (a.clientY + b.clientY) / 2 },
  })
  stage.addEventListener(
    'touchstart',
    (event) => {
      if (event.touches.length !== 2) return
      event.preventDefault()
      giveUpAll()
      const { apart, middle } = between(event.touches)
      const leaf = leaves.at(middle.clientX, middle.clientY) ?? leaves.inView().leaf
      pinch = { apart: Math.max(1, apart), percent, leaf, point: leaves.toPoints(leaf, middle.clientX, middle.clientY) }
    },
    { passive: false },
  )
  stage.addEventListener(
    'touchmove',
    (event) => {
      if (!pinch || event.touches.length !== 2) return
      event.preventDefault()
      const { apart, middle } = between(event.touches)
      percent = within((pinch.percent * apart) / pinch.apart)
      mode = 'free'
      leaves.place(evenly)
      leaves.keep(pinch.leaf, pinch.point, middle)
      show(false)
    },
    { passive: false },
  )
  for (const type of ['touchend', 'touchcancel'])
    stage.addEventListener(type, (event) => {
      if (!pinch || event.touches.length > 1) return
      pinch = null
      show(true)
    })

  let width = 0
  new ResizeObserver(() => {
    if (stage.clientWidth === width) return
    width = stage.clientWidth
    if (mode === 'width' || mode === 'page') fit(mode, false)
  }).observe(stage)
  fit('width', false)
  return { by, fit, to }
}
