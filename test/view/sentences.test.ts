import { expect, test } from 'bun:test'
import { Glob } from 'bun'
import { EVENT_TYPES } from '../../src/audit/event.ts'
import { LANGUAGES, words } from '../../src/view/words.ts'

const textsOf = async (directory: string, pattern: string): Promise<{ file: string; text: string }[]> => {
  const files: { file: string; text: string }[] = []
  for await (const path of new Glob(pattern).scan(directory))
    files.push({ file: `${directory}/${path}`, text: (await Bun.file(`${directory}/${path}`).text()).replaceAll(/\/\*[\s\S]*?\*\//g, '') })
  return files
}

test.each([...LANGUAGES])('every reason to refuse has its sentence (%s)', async (language) => {
  const { refusals } = words(language)
  const missing: string[] = []
  for (const { file, text } of await textsOf('src', '**/*.ts'))
    for (const pattern of [
      /new Refusal\(\s*'\w+',\s*'([^']+)'/g,
      /new InvalidForm\(\{[^}]*?:\s*'([^']+)'/g,
      /\.(?:min|max|regex|email|length|url)\([^()]*,\s*'([a-z-]+\.[a-z-]+)'\)/g,
    ])
      for (const [, reason = ''] of text.matchAll(pattern)) if (!Object.hasOwn(refusals, reason)) missing.push(`${reason} (${file})`)
  expect(missing).toEqual([])
})

test.each([...LANGUAGES])('every event can be told (%s)', (language) => {
  const { events } = words(language)
  expect(EVENT_TYPES.filter((type) => !Object.hasOwn(events, type))).toEqual([])
  expect(Object.keys(events).filter((type) => !(EVENT_TYPES as readonly string[]).includes(type))).toEqual([])
})

/** `page.w.a.b` in full, and by the name given to a section: `const t = page.w.a`, then `t.b`. */
test.each([...LANGUAGES])('every sentence that a template names is there (%s)', async (language) => {
  const missing: string[] = []
  for (const { file, text } of await textsOf('views', '**/*.eta')) {
    const told: string[] = [...text.matchAll(/\bpage\.w((?:\.\w+)+)/g)].map(([, path = '']) => path.slice(1))
    for (const [, name = '', section = ''] of text.matchAll(/\bconst (\w+) = (?:it\.)?page\.w((?:\.\w+)*)\s*(?:[;\n]|%>)/g))
      for (const [, path = ''] of text.matchAll(new RegExp(`(?<![\\w.'"])${name}((?:\\.\\w+)+)`, 'g')))
        told.push(`${section}${path}`.slice(1))
    for (const path of told) {
      const problem = problemWith(words(language), path.split('.'))
      if (problem) missing.push(`${problem} (${file})`)
    }
  }
  expect([...new Set(missing)]).toEqual([])
})

function problemWith(dictionary: unknown, path: readonly string[]): string | null {
  let value = dictionary
  for (const [at, key] of path.entries()) {
    // Behind a sentence or a function stand methods of the language, not of the dictionary.
    if (typeof value !== 'object' || value === null) return null
    if (!Object.hasOwn(value, key)) return path.slice(0, at + 1).join('.')
    value = (value as Record<string, unknown>)[key]
  }
  return null
}

test('both languages fill the same blanks', () => {
  const differing: string[] = []
  const walk = (one: unknown, other: unknown, path: string): void => {
    if (typeof one === 'string' && typeof other === 'string') {
      if (blanksOf(one) !== blanksOf(other)) differing.push(path)
    } else if (typeof one === 'object' && one && typeof other === 'object' && other)
      for (const key of Object.keys(one))
        walk((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key], `${path}.${key}`)
  }
  walk(words('en'), words('fr'), '')
  expect(differing).toEqual([])
})

const blanksOf = (sentence: string): string => [...new Set([...sentence.matchAll(/\{\w+\}/g)].map(([blank]) => blank))].sort().join(' ')
