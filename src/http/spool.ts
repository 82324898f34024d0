import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { LaidAside } from '../base/bytes.ts'
import { Refusal } from '../base/refusal.ts'
import type { Config } from '../config/config.ts'

type Place = Pick<Config, 'dataDirectory'>

/** How many uploads are on the disk at once, and how many bytes they may have announced together. */
export const MOST_SPOOLS = 20
export const MOST_SPOOLED = 1_500_000_000
/** The last places are for people of the house: however many strangers upload, they go on working. */
const OF_VISITORS = 0.6
const PIECE = 262_144

let spools = 0
let spooled = 0

const folderOf = ({ dataDirectory }: Place): string => join(dataDirectory, 'tmp', 'uploads')

/** Takes out what a crash left behind. Only before anything is served. */
export const sweepSpools = (place: Place): void => rmSync(folderOf(place), { recursive: true, force: true })

/** The files of one request, on the disk until it is answered, in a folder that only its owner reads. */
export class Spool {
  readonly #place: Place
  #folder: Promise<string> | null = null
  #files = 0
  #bytes = 0
  #received = 0

  private constructor(place: Place) {
    this.#place = place
  }

  /** `announced`: the length of the body in bytes. Throws `upload.busy` where too many are under way already. */
  static open(place: Place, announced: number, isVisitor: boolean): Spool {
    const share = isVisitor ? OF_VISITORS : 1
    if (spools >= MOST_SPOOLS * share) throw new Refusal('unavailable', 'upload.busy')
    const spool = new Spool(place)
    spool.#take(announced, share)
    spools++
    return spool
  }

  /** Of a body that is longer than it said, what comes beyond counts too. */
  received(bytes: number): void {
    this.#received += bytes
    if (this.#received > this.#bytes) this.#take(this.#received - this.#bytes, 1)
  }

  /** Writes a file as it comes; what is given back reads it from the disk, and holds until `close`. */
  async save(pieces: AsyncIterable<Uint8Array>): Promise<LaidAside> {
    const path = join(await (this.#folder ??= this.#makeFolder()), String(this.#files++))
    const file = await open(path, 'wx', 0o600)
    let size = 0
    try {
      for await (const piece of pieces) {
        for (let at = 0; at < piece.length;) at += (await file.write(piece, at)).bytesWritten
        size += piece.length
      }
    } finally {
      await file.close()
    }
    return new LaidAside(size, () => piecesOf(path))
  }

  async close(): Promise<void> {
    spools--
    spooled -= this.#bytes
    this.#bytes = 0
    const folder = await this.#folder?.catch(() => null)
    if (folder) await rm(folder, { recursive: true, force: true })
  }

  #take(bytes: number, share: number): void {
    if (spooled + bytes > MOST_SPOOLED * share) throw new Refusal('unavailable', 'upload.busy')
    spooled += bytes
    this.#bytes += bytes
  }

  async #makeFolder(): Promise<string> {
    const parent = folderOf(this.#place)
    mkdirSync(parent, { recursive: true, mode: 0o700 })
    chmodSync(parent, 0o700)
    return mkdtemp(join(parent, 'upload-'))
  }
}

/** Each piece is good until the next is asked for. */
async function* piecesOf(path: string): AsyncGenerator<Uint8Array> {
  let file: FileHandle | null = null
  try {
    file = await open(path, 'r')
    const buffer = new Uint8Array(PIECE)
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, PIECE)
      if (!bytesRead) return
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file?.close()
  }
}
