import { type Colour, legible, mixed } from '../base/colour.ts'

/** What stands on a ground of one scheme: links and buttons, what is written on them, and the quiet ground of what is chosen. */
export interface Accent {
  readonly accent: Colour
  readonly onAccent: Colour
  readonly soft: Colour
}

const [PAPER, SHEET, NIGHT, NIGHT_SHEET] = ['#f7f6f2', '#ffffff', '#14161b', '#1c1f26'] as const
const [BLACK, WHITE] = ['#000000', '#ffffff'] as const
const softIn = (colour: Colour): Colour => mixed(colour, WHITE, 0.09)
const softInTheDark = (colour: Colour): Colour => mixed(colour, NIGHT, 0.2)

/** A company's colour as both schemes can bear it: made darker or lighter until everything written in it or on it can be read. */
export function accentsOf(colour: Colour): { readonly light: Accent; readonly dark: Accent } {
  const light = legible(colour, (tried) => [PAPER, SHEET, softIn(tried)], BLACK)
  const dark = legible(colour, (tried) => [NIGHT, NIGHT_SHEET, softInTheDark(tried)], WHITE)
  return {
    light: { accent: light, onAccent: WHITE, soft: softIn(light) },
    dark: { accent: dark, onAccent: NIGHT, soft: softInTheDark(dark) },
  }
}

/** The style sheet that puts the company's colour in place of the house's own ink. */
export function accentSheet(colour: Colour): string {
  const { light, dark } = accentsOf(colour)
  const token = (name: string, part: keyof Accent): string => `--${name}: light-dark(${light[part]}, ${dark[part]});`
  return `@layer tokens { :root { ${token('accent', 'accent')} ${token('on-accent', 'onAccent')} ${token('accent-soft', 'soft')} } }\n`
}
