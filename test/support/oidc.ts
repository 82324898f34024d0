import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './slapd.ts'

export const OIDC_CLIENT = { client_id: 'paraphe', client_secret: 'secret of the client at the provider' } as const

export interface OidcServer extends AsyncDisposable {
  readonly issuer: string
}

/** A real provider (oidc-provider) on a free port, for a house whose redirect address is known beforehand. */
export async function startOidc(
  redirectUris: readonly string[],
  signOutBack: string,
  accounts: Readonly<Record<string, object>>,
): Promise<OidcServer> {
  const directory = await mkdtemp(join(tmpdir(), 'paraphe-oidc-'))
  const port = await freePort()
  const file = join(directory, 'config.json')
  const clients = [{ ...OIDC_CLIENT, redirect_uris: redirectUris, post_logout_redirect_uris: [signOutBack] }]
  await writeFile(file, JSON.stringify({ clients, accounts }))
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'oidc-process.ts'), String(port), file], {
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const issuer = `http://127.0.0.1:${port}`
  for (let tries = 0; ; tries++) {
    const answer = await fetch(`${issuer}/.well-known/openid-configuration`).catch(() => null)
    if (answer?.ok) break
    if (tries > 200) throw new Error(`the provider does not start: ${await new Response(child.stderr).text()}`)
    await Bun.sleep(100)
  }
  return {
    issuer,
    async [Symbol.asyncDispose]() {
      child.kill()
      await child.exited
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** A browser that is at the provider: follows it from the authorization address through sign-in and consent to the address of the house. */
export async function answerAt(address: string, login: string, house: string, cookies = new Map<string, string>()): Promise<URL> {
  let url = new URL(address)
  let form: { action: string; fields: Record<string, string> } | null = null
  for (let steps = 0; steps < 20; steps++) {
    const answer: Response = await fetch(url, {
      redirect: 'manual',
      headers: {
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      },
      ...(form ? { method: 'POST', body: new URLSearchParams(form.fields).toString() } : {}),
    })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value) cookies.set(name, value)
      else cookies.delete(name)
    }
    const location = answer.headers.get('location')
    if (location) {
      url = new URL(location, url)
      form = null
      if (url.origin === house) return url
      continue
    }
    const text = await answer.text()
    const action = /<form[^>]*action="([^"]+)"/.exec(text)?.[1]
    if (!action) throw new Error(`the provider says ${answer.status}: ${text.slice(0, 400)}`)
    const fields = Object.fromEntries(
      [...text.matchAll(/<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"/g)].map(([, name, value]) => [name!, value!]),
    )
    form = { action, fields: { ...fields, ...(text.includes('name="login"') ? { login, password: 'any' } : {}) } }
    url = new URL(action, url)
  }
  throw new Error('the provider goes round in circles')
}
