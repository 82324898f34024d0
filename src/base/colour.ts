/** `#rrggbb`, in lower case. */
export type Colour = `#${string}`

/** `#2B3F8F`, `2b3f8f` or `#abc` as a colour; null for anything else. */
export function readColour(typed: string): Colour | null {
  const [, short, long] = /^#?(?:([0-9a-f]{3})|([0-9a-f]{6}))$/i.exec(typed.trim()) ?? []
  const digits = long ?? short?.replace(/./g, '$&$&')
  return digits ? `#${digits.toLowerCase()}` : null
}

const channels = (colour: Colour): number[] => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))

/** WCAG 2.2, relative luminance: 0 for black, 1 for white. */
function luminance(colour: Colour): number {
  const [red = 0, green = 0, blue = 0] = channels(colour).map((value) => {
    const share = value / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** WCAG 2.2, contrast ratio: from 1 to 21. */
export function contrast(one: Colour, other: Colour): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

/** So much of the first, the rest of the second. */
export function mixed(colour: Colour, into: Colour, share: number): Colour {
  const grounds = channels(into)
  const parts = channels(colour).map((value, at) => Math.round(value * share + (grounds[at] ?? 0) * (1 - share)))
  return `#${parts.map((value) => value.toString(16).padStart(2, '0')).join('')}`
}

/** The colour itself where it can be read on all the grounds, else the nearest to it on the way to `towards` that can (WCAG 2.2 §1.4.3: 4.5). */
export function legible(colour: Colour, grounds: (colour: Colour) => readonly Colour[], towards: Colour, ratio = 4.5): Colour {
  for (let share = 100; share > 0; share--) {
    const tried = mixed(colour, towards, share / 100)
    if (grounds(tried).every((ground) => contrast(tried, ground) >= ratio)) return tried
  }
  return towards
}
