import type { Page } from 'playwright-core'
import { accessible } from './accessible.ts'

/** DESIGN: what a page may weigh, without the pictures of documents, fonts of other scripts and the verifier that comes after a file is chosen. */
export const MOST_BYTES = 150_000
/** Above it people lose their place (Core Web Vitals: 0.1 is still "good"). */
const MOST_SHIFT = 0.05

interface Measured {
  readonly bytes: number
  readonly largest: readonly string[]
  readonly shift: number
}

const MEASURE = `new Promise((resolve) => {
  let shift = 0
  // While it loads: what moves later answers somebody who works in it, however late on a busy machine.
  const loaded = performance.getEntriesByType('navigation')[0].loadEventEnd + 1500
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (!entry.hadRecentInput && entry.startTime < loaded) shift += entry.value })
    .observe({ type: 'layout-shift', buffered: true })
  setTimeout(() => {
    const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
      .filter(({ name, initiatorType }) => initiatorType !== 'img' && !/verifier\\.js|\\/pages\\/|vendor\\/pdf/.test(name))
      .map(({ name, encodedBodySize }) => [encodedBodySize, new URL(name).pathname])
      .sort((a, b) => b[0] - a[0])
    resolve({ bytes: all.reduce((sum, [bytes]) => sum + bytes, 0), largest: all.slice(0, 3).map(String), shift })
  }, 60)
})`

const NARROW = `(() => {
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth
  if (wide <= 0) return ''
  const [widest] = [...document.querySelectorAll('body *')]
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && getComputedStyle(one).position !== 'absolute')
    .sort((a, b) => b.getBoundingClientRect().right - a.getBoundingClientRect().right)
  return wide + ' px too wide: ' + (widest ? widest.outerHTML.slice(0, 120) : '?')
})()`

/** What a page lacks: for whoever cannot see it well, on the narrowest screen (WCAG 2.2 §1.4.10: 320 px), on a slow line, while it is read. */
export async function faultsOf(page: Page): Promise<string[]> {
  const { bytes, largest, shift } = await page.evaluate<Measured>(MEASURE)
  const faults = await accessible(page)
  if (bytes > MOST_BYTES) faults.push(`weighs ${bytes} bytes: ${largest.join(' ')}`)
  if (shift > MOST_SHIFT) faults.push(`moves by ${shift.toFixed(3)} while it loads`)
  const size = page.viewportSize()!
  await page.setViewportSize({ width: 320, height: size.height })
  const wide = await page.evaluate<string>(NARROW)
  if (wide) faults.push(`at 320 px it is ${wide}`)
  await page.setViewportSize(size)
  return faults
}
