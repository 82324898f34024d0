import { connect, type Socket } from 'node:net'

/** An upload in the middle: what was sent of it is sent, and the rest never comes unless it is told. */
export interface HalfUpload {
  readonly socket: Socket
  /** All that the server has said so far. */
  heard(): string
  rest(): void
}

export interface UploadTo {
  readonly port: number
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly fields?: Readonly<Record<string, string>>
  readonly field: string
  readonly name: string
}

const BOUNDARY = 'half-of-it'

/** Sends a form with one file and stops before the last `missing` bytes of it. */
export async function halfUpload(to: UploadTo, file: Uint8Array, missing: number): Promise<HalfUpload> {
  const texts = Object.entries(to.fields ?? {}).map(
    ([name, value]) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  const head = Buffer.from(
    `${texts.join('')}--${BOUNDARY}\r\nContent-Disposition: form-data; name="${to.field}"; filename="${to.name}"\r\nContent-Type: application/pdf\r\n\r\n`,
  )
  const tail = Buffer.from(`\r\n--${BOUNDARY}--\r\n`)
  const headers = Object.entries({
    ...to.headers,
    'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
    'content-length': head.length + file.length + tail.length,
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  const socket = connect(to.port, '127.0.0.1')
  let heard = ''
  socket.on('data', (bytes) => (heard += bytes.toString('latin1')))
  socket.on('error', () => {})
  await new Promise((open) => socket.once('connect', open))
  socket.write(`POST ${to.path} HTTP/1.1\r\n${headers.join('')}\r\n`)
  socket.write(head)
  const sent = file.subarray(0, file.length - missing)
  await Promise.race([new Promise<void>((done) => socket.write(sent, () => done())), new Promise((gone) => socket.once('close', gone))])
  return {
    socket,
    heard: () => heard,
    rest() {
      socket.write(file.subarray(file.length - missing))
      socket.write(tail)
    },
  }
}
