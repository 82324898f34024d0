/**
 * A large document through the whole job, in a server of its own, while another page is asked for all the time: `npm run large [MEGABYTES [PAGES]]`, 100 and
 * 2,000 where nothing is said. Prints, for each step, how long it took and how long the other page had to wait, and the most memory that the server
 * had in use. Ends with 1 where the other page waited 250 ms or more (p99), or the server used more than 512 MiB.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PDFDocument } from 'pdf-lib'
import { randomBytes } from '../src/base/bytes.ts'
import { uploadByHttp } from './large-upload.ts'

/** A machine that is busy with other things is given more. */
const WAIT = Number(process.env['PARAPHE_LARGE_WAIT'] ?? 250)
const MEMORY = 512 * 1024 * 1024
const [megabytes, pages] = [Number(process.argv[2] ?? 100), Number(process.argv[3] ?? 2_000)]

const folder = await mkdtemp(join(tmpdir(), 'paraphe-large-'))
const server = Bun.spawn([process.execPath, join(import.meta.dir, 'large-server.ts'), folder], {
  stdin: 'pipe',
  stdout: 'pipe',
  stderr: 'inherit',
})
const lines = linesOf(server.stdout)
const next = async (): Promise<Record<string, unknown>> => {
  const { value, done } = await lines.next()
  if (done) throw new Error('the server is gone')
  return JSON.parse(value) as Record<string, unknown>
}

const mebibytes = (bytes: number): number => Math.round(bytes / 1024 / 1024)

try {
  const { origin, session } = await next()
  const tell = async (step: string): Promise<Record<string, unknown>> => {
    server.stdin.write(`${step}\n`)
    server.stdin.flush()
    const said = await next()
    if (said['error']) throw new Error(`${step}: ${String(said['error'])}`)
    return said
  }
  const upload = async (file: string): Promise<void> =>
    uploadByHttp(String(origin), String(session), String((await tell('draft'))['told']), file)
  const later = ['dispatch', 'view', 'sign', 'seal', 'verify']
  await Bun.write(join(folder, 'large.pdf'), await largePdf())
  // Typefaces and templates are read once in the life of a server: it has worked before.
  await upload(join(import.meta.dir, '../static/sample/contract.en.pdf'))
  for (const step of later) await tell(step)
  let failed = false
  for (const step of ['upload', ...later]) {
    const asking = askMeanwhile(String(origin))
    const began = performance.now()
    await (step === 'upload' ? upload(join(folder, 'large.pdf')) : tell(step))
    const milliseconds = Math.round(performance.now() - began)
    const waits = (await asking.stop()).sort((a, b) => a - b)
    const p99 = waits[Math.min(waits.length - 1, Math.floor(waits.length * 0.99))] ?? 0
    failed ||= p99 >= WAIT
    console.log(
      `${step.padEnd(9)}${String(milliseconds).padStart(8)} ms   another page: p99 ${Math.round(p99)} ms, longest ${Math.round(waits.at(-1) ?? 0)} ms of ${waits.length}   memory so far ${mebibytes(await mostMemory())} MiB`,
    )
  }
  const most = await mostMemory()
  failed ||= most > MEMORY
  console.log(`${megabytes} MB, ${pages} pages: at most ${mebibytes(most)} MiB in use by the server`)
  process.exitCode = failed ? 1 : 0
} finally {
  server.kill()
  await server.exited
  await rm(folder, { recursive: true, force: true })
}

async function mostMemory(): Promise<number> {
  const status = await readFile(`/proc/${server.pid}/status`, 'utf8')
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) * 1024
}

/** A page is asked for every 20 ms, one at a time: what it waited is what a person waits. */
function askMeanwhile(origin: string): { stop(): Promise<number[]> } {
  const waits: number[] = []
  let isOver = false
  const asked = (async () => {
    while (!isOver) {
      const start = performance.now()
      await (await fetch(`${origin}/sign-in`)).text()
      waits.push(performance.now() - start)
      await Bun.sleep(20)
    }
  })()
  return {
    async stop() {
      isOver = true
      await asked
      return waits
    },
  }
}

/** Noise cannot be compressed: a page in twenty holds some of it, as a scan does. */
async function largePdf(): Promise<Uint8Array> {
  const doc = await PDFDocument.create()
  const holders = Math.max(1, Math.floor(pages / 20))
  for (let at = 0; at < pages; at++) {
    const page = doc.addPage([595, 842])
    const words = doc.context.flateStream(`BT 72 700 Td (Page ${at + 1}) Tj ET`)
    page.node.addContentStream(doc.context.register(words))
    if (at % 20 || at / 20 >= holders) continue
    let left = Math.floor((megabytes * 1_000_000 - pages * 1_000 - 500_000) / holders)
    const noise = new Uint8Array(left)
    for (let from = 0; left > 0; from += 65_536, left -= 65_536) noise.set(randomBytes(Math.min(65_536, left)), from)
    const side = Math.floor(Math.sqrt(noise.length))
    const image = doc.context.stream(noise.subarray(0, side * side), {
      Type: 'XObject',
      Subtype: 'Image',
      Width: side,
      Height: side,
      ColorSpace: 'DeviceGray',
      BitsPerComponent: 8,
    })
    const name = page.node.newXObject('Scan', doc.context.register(image))
    page.node.addContentStream(doc.context.register(doc.context.stream(`q 400 0 0 400 90 200 cm ${name} Do Q`)))
  }
  return doc.save({ useObjectStreams: false })
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const piece of stream) {
    rest += decoder.decode(piece, { stream: true })
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      yield rest.slice(0, end)
      rest = rest.slice(end + 1)
    }
  }
}
