import alone from '../../views/verify/alone.eta'
import annulments from '../../views/verify/_annulments.eta'
import report from '../../views/verify/_report.eta'

/** What a compiled template of Eta asks of its engine. */
export interface Engine {
  readonly config: { readonly escapeFunction: (value: unknown) => string; readonly filterFunction: (value: unknown) => string }
  render(name: string, data: object, options?: object): string
}

const TEMPLATES: Readonly<Record<string, typeof report>> = {
  '/verify/_report': report,
  '/verify/_annulments': annulments,
  '/verify/alone': alone,
}
const ESCAPED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Eta without its compiler, which a page with our policy may not run. */
export const engine: Engine = {
  config: { escapeFunction: (value) => String(value).replace(/[&<>"']/g, (character) => ESCAPED[character]!), filterFunction: String },
  render: (name, data, options = {}) => TEMPLATES[name]!.call(engine, data, options),
}
