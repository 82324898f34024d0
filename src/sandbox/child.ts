import { readFileSync, writeSync } from 'node:fs'
import { Refusal } from '../base/refusal.ts'
import { unpack, writeParcel } from './parcel.ts'
import type { Answer, TaskKind } from './task.ts'
import { TASKS } from './tasks.ts'

const STANDARD_OUTPUT = 1

/**
 * The child: a line a task on standard input (`kind`, a tab, the path of the parcel), the answer's parcel beside it, a line of JSON on
 * standard output. It ends with its input, so it never outlives the server.
 */
export async function run(_args: readonly string[] = []): Promise<number> {
  // Libraries may print; standard output is the line to the server alone.
  console.log = console.info = console.debug = console.error
  say({ ready: true })
  for await (const line of console) {
    const [kind = '', path = ''] = line.split('\t')
    say(await answer(kind, path))
  }
  return 0
}

async function answer(kind: string, path: string): Promise<Answer> {
  try {
    const task = TASKS[kind as TaskKind] as (input: unknown) => Promise<unknown>
    writeParcel(`${path}.out`, await task(unpack(new Uint8Array(readFileSync(path)))))
    return { done: true }
  } catch (error) {
    return refusalOf(kind, error)
  }
}

function refusalOf(kind: string, error: unknown): Answer {
  if (error instanceof Refusal) return { refusal: { code: error.code, reason: error.reason, params: error.params } }
  const { name, code, message } = error as { name?: string; code?: unknown; message?: string }
  const plain = (reason: string): Answer => ({
    refusal: { code: 'invalid', reason, params: {} },
    fault: `${name}: ${message}`.slice(0, 500),
  })
  if (name === 'PdfFault' && typeof code === 'string') return plain(code.startsWith('document.') ? code : `document.${code}`)
  if (/out of memory|memory access|allocation|Aborted/i.test(message ?? '')) return plain('document.too-heavy')
  return plain(kind === 'mark' || kind === 'check-picture' || kind === 'images-to-pdf' ? 'picture.damaged' : 'document.unreadable')
}

const say = (value: unknown): void => void writeSync(STANDARD_OUTPUT, `${JSON.stringify(value)}\n`)
