import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Eta } from 'eta'

/** Renders a template by name with exactly the data that `Views` says it takes. */
export type View<Views> = <Name extends keyof Views & string>(name: Name, data: Views[Name] & object) => string

/** Everything printed by `<%= %>` is escaped; raw output is for layout bodies, includes and sprites alone. */
export function createView<Views>(directory: string, options: { cache: boolean }): View<Views> {
  const eta = new Eta({ views: directory, cache: options.cache, autoEscape: true })
  return (name, data) => eta.render(`/${name}`, data)
}

/** Compiles every template of a folder and says how many there are. Throws where one cannot be. */
export function compileAll(directory: string): number {
  const eta = new Eta({ views: directory, autoEscape: true })
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.eta'))
  for (const name of names) eta.compile(readFileSync(join(directory, name), 'utf8'))
  return names.length
}
