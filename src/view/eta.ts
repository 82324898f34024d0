import { Eta } from 'eta'

/** Renders a template by name with exactly the data that `Views` says it takes. */
export type View<Views> = <Name extends keyof Views & string>(name: Name, data: Views[Name] & object) => string

/** Everything printed by `<%= %>` is escaped; raw output is for layout bodies, includes and sprites alone. */
export function createView<Views>(directory: string, options: { cache: boolean }): View<Views> {
  const eta = new Eta({ views: directory, cache: options.cache, autoEscape: true })
  return (name, data) => eta.render(`/${name}`, data)
}
