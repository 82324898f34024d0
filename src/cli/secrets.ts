import { readFileSync } from 'node:fs'
import { UsageError } from './command.ts'

/** A secret by the first line of a file, or typed: an argument can be read by every process. At a terminal nothing is shown of it. */
export async function secretFrom(file: string | undefined, prompt: string): Promise<string> {
  if (file !== undefined)
    try {
      return readFileSync(file, 'utf8').split(/\r?\n/)[0] ?? ''
    } catch {
      throw new UsageError(`the file ${file} cannot be read`)
    }
  process.stderr.write(`${prompt}: `)
  const secret = process.stdin.isTTY ? await unseen() : await nextLine()
  if (process.stdin.isTTY) process.stderr.write('\n')
  return secret
}

async function nextLine(): Promise<string> {
  for await (const line of console) return line
  return ''
}

/** Read key by key, so that the terminal repeats none of them. */
async function unseen(): Promise<string> {
  const { stdin } = process
  stdin.setRawMode(true)
  let typed = ''
  try {
    for await (const piece of stdin)
      for (const key of String(piece)) {
        if (key === '\r' || key === '\n') return typed
        if (key === '\u0003') throw new UsageError('given up')
        typed = key === '\u007f' || key === '\b' ? [...typed].slice(0, -1).join('') : typed + key
      }
    return typed
  } finally {
    stdin.setRawMode(false)
  }
}
