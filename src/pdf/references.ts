import { PdfFault } from './fault.ts'
import type { PdfFile } from './file.ts'
import { latin } from './syntax.ts'
import { asDictionary, isName, type Value } from './value.ts'

/** Who points where: by the number pointed to, `owner/key` of each pointer. Key is the nearest dictionary key above it. */
export class References {
  private readonly users = new Map<number, Set<string>>()
  private unread = 0

  /** Adds all that one revision wrote; stale pointers of objects that it replaces stay, so that more is known and never less. */
  add(file: PdfFile, revision: number): void {
    for (const [number, entry] of file.revisions[revision]!.entries) {
      if (entry.kind === 'free') continue
      try {
        const value = file.object(number, revision)?.value
        const isTrailer = isName(asDictionary(value)?.entries.get('Type'), 'XRef')
        if (value) this.walk(value, number, '', isTrailer ? TRAILER : [])
      } catch (error) {
        if (!(error instanceof PdfFault) || this.unread++ > MOST_UNREAD) throw error
        // What we do not read another reader may: every pointer spelled in it counts.
        if (entry.kind === 'offset') this.scan(file, number, entry.offset)
      }
    }
  }

  of(number: number): ReadonlySet<string> {
    return this.users.get(number) ?? NOBODY
  }

  private walk(value: Value, owner: number, key: string, except: readonly string[] = []): void {
    if (value.kind === 'reference') this.note(value.number, `${owner}/${key}`)
    else if (value.kind === 'array') for (const item of value.items) this.walk(item, owner, key)
    else if (value.kind === 'dictionary') for (const [name, item] of value.entries) if (!except.includes(name)) this.walk(item, owner, name)
  }

  private scan({ bytes }: PdfFile, owner: number, from: number): void {
    const text = latin(bytes.subarray(from, from + LONGEST))
    const end = text.indexOf('endobj')
    for (const found of text.slice(0, end < 0 ? undefined : end).matchAll(/(?<!\d)(\d{1,10})\s+\d{1,5}\s+R/g))
      this.note(Number(found[1]), `${owner}/?`)
  }

  private note(number: number, user: string): void {
    const known = this.users.get(number)
    if (known) known.add(user)
    else this.users.set(number, new Set([user]))
  }
}

/** Where a cross-reference stream stands for the trailer, that is no use of what it points to. */
const TRAILER: readonly string[] = ['Root', 'Info']
const NOBODY: ReadonlySet<string> = new Set()
const LONGEST = 65_536
/** A file with more than these is not one that anybody signed as it is. */
const MOST_UNREAD = 100
