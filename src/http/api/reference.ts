import type { Document } from './document.ts'

/** What the page shows of an operation: the same document that programs read. */
export interface ShownOperation {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly summary: string
  readonly description: string
  readonly scope: string | null
  readonly parameters: readonly { readonly name: string; readonly required: boolean; readonly description: string }[]
  readonly body: string | null
  readonly answers: readonly { readonly status: string; readonly description: string; readonly shape: string | null }[]
}
export interface ShownShape {
  readonly name: string
  readonly description: string
  readonly parts: readonly { readonly name: string; readonly type: string; readonly required: boolean; readonly description: string }[]
  readonly example: string | null
}
export interface Reference {
  readonly groups: readonly { readonly name: string; readonly operations: readonly ShownOperation[] }[]
  readonly shapes: readonly ShownShape[]
}

interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly description?: string
  readonly example?: unknown
  readonly format?: string
  readonly additionalProperties?: Schema | boolean
}
interface Operation {
  readonly operationId?: string
  readonly summary?: string
  readonly description?: string
  readonly tags?: readonly string[]
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[]
  readonly parameters?: readonly {
    readonly name: string
    readonly required?: boolean
    readonly description?: string
    readonly schema?: Schema
  }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: Schema }>> }
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> }>
  >
}

export function referenceOf(document: Document, tags: readonly string[]): Reference {
  const all = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item as Readonly<Record<string, Operation>>).map(([method, told]) => ({ method: method.toUpperCase(), path, told })),
  )
  const schemas = (document.components?.schemas ?? {}) as Readonly<Record<string, Schema>>
  return {
    groups: tags.map((name) => ({
      name,
      operations: all.filter(({ told }) => told.tags?.includes(name)).map(({ method, path, told }) => shown(method, path, told)),
    })),
    shapes: Object.entries(schemas).map(([name, schema]) => ({
      name,
      description: plain(schema.description),
      parts: Object.entries(schema.properties ?? {}).map(([part, inner]) => ({
        name: part,
        type: typeOf(inner),
        required: schema.required?.includes(part) ?? false,
        description: plain(inner.description),
      })),
      example: schema.example === undefined ? null : JSON.stringify(schema.example, null, 2),
    })),
  }
}

function shown(method: string, path: string, told: Operation): ShownOperation {
  const content = told.requestBody?.content ?? {}
  return {
    id: told.operationId ?? `${method} ${path}`,
    method,
    path,
    summary: told.summary ?? '',
    description: plain(told.description),
    scope: told.security?.[0]?.['token']?.[0] ?? null,
    parameters: (told.parameters ?? []).map(({ name, required = false, description = '', schema }) => ({
      name,
      required,
      description: plain(description || schema?.description),
    })),
    body: content['application/json']?.schema ? typeOf(content['application/json'].schema) : null,
    // What every address may refuse stands once, above them all.
    answers: Object.entries(told.responses)
      .filter(([status]) => Number(status) < 400)
      .map(([status, { description, content: answers = {} }]) => {
        const [type, first] = Object.entries(answers)[0] ?? []
        return { status, description, shape: first?.schema?.$ref ? nameOf(first.schema.$ref) : (type ?? null) }
      }),
  }
}

/** Without the marks of Markdown. */
const plain = (text = ''): string => text.replaceAll('`', '')

const nameOf = (ref: string): string => ref.split('/').at(-1) ?? ''

function typeOf(schema: Schema): string {
  if (schema.$ref) return nameOf(schema.$ref)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return [...new Set(choices.map(typeOf))].join(' | ')
  if (schema.enum) return schema.enum.length > 12 ? 'string' : schema.enum.map((one) => JSON.stringify(one)).join(' | ')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.type === 'array') return `${schema.items ? typeOf(schema.items) : ''}[]`
  const types = Array.isArray(schema.type) ? schema.type.join(' | ') : String(schema.type ?? 'any')
  return schema.format && schema.format !== 'binary' ? `${types} (${schema.format})` : types
}
