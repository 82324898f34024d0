/** A file as a browser sends it, from the disk and piece by piece: whoever asks for other pages meanwhile is not kept waiting by the sender. */
import { createReadStream, statSync } from 'node:fs'
import { request } from 'node:http'
import { basename } from 'node:path'

const BOUNDARY = 'paraphe-large'

export async function uploadByHttp(origin: string, session: string, draft: string, path: string): Promise<void> {
  const page = await fetch(`${origin}${draft}/draft`, { headers: { cookie: session } })
  const csrf = /name="csrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? ''
  const cookie = [session, ...page.headers.getSetCookie().map((line) => line.split(';')[0])].join('; ')
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="${basename(path)}"\r\nContent-Type: application/pdf\r\n\r\n`
  const tail = `\r\n--${BOUNDARY}--\r\n`
  const answer = await new Promise<string>((told, failed) => {
    const sent = request(
      `${origin}${draft}/documents`,
      {
        method: 'POST',
        headers: {
          cookie,
          'x-csrf': csrf,
          'sec-fetch-site': 'same-origin',
          accept: 'application/json',
          'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
          'content-length': head.length + statSync(path).size + tail.length,
        },
      },
      (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (piece: string) => (text += piece))
        response.on('end', () => told(`${response.statusCode} ${text}`))
      },
    )
    sent.on('error', failed)
    sent.write(head)
    const file = createReadStream(path)
    file.on('error', failed)
    file.on('end', () => sent.end(tail))
    file.pipe(sent, { end: false })
  })
  if (!answer.startsWith('200 ')) throw new Error(`the upload is answered ${answer.slice(0, 300)}`)
}
