import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/** Drawn at the size of the document that they stand on, which is what they are for (WCAG 2.2 §2.5.8, essential); a list of them has rows of full size. */
const ON_PAPER = /^<\w+[^>]*class="[^"]*\b(placed|place__open)\b/

/** What WCAG 2.2 AA is broken by, light and dark. The frame is a letter for other programs; it is looked at where letters are made. */
export async function accessible(at: Page): Promise<string[]> {
  const found: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await at.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    // Past the page's policy, which runs no script but its own.
    await at.evaluate(await Bun.file(AXE).text())
    const violations = await at.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(context: object, options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
      }
      const { violations } = await axe.run(
        { exclude: ['iframe'] },
        { iframes: false, runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] },
      )
      return violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) }))
    })
    for (const { id, nodes } of violations) {
      const counted = nodes.filter((html) => id !== 'target-size' || !ON_PAPER.test(html))
      if (counted.length) found.push(`${colorScheme} ${id}: ${counted.map((html) => html.slice(0, 120)).join(' | ')}`)
    }
  }
  await at.emulateMedia({ colorScheme: 'light' })
  return found
}
