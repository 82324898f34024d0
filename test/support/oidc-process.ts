import { readFileSync } from 'node:fs'
import Provider from 'oidc-provider'

/** A real OpenID provider in its own process: `PORT CONFIG.json`. Its own development pages ask for a name and take any password. */
const [port = '', file = ''] = process.argv.slice(2)
const { clients, accounts } = JSON.parse(readFileSync(file, 'utf8')) as {
  clients: Record<string, unknown>[]
  accounts: Record<string, Record<string, unknown>>
}
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients,
  claims: {
    openid: ['sub'],
    email: ['email', 'email_verified'],
    profile: ['given_name', 'family_name', 'locale', 'groups'],
  },
  conformIdTokenClaims: false,
  findAccount: (_ctx: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id, ...accounts[id] }) }),
  features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true }, backchannelLogout: { enabled: true } },
  cookies: { keys: ['for tests alone'] },
  pkce: { required: () => true },
} as never)
provider.listen(Number(port), '127.0.0.1', () => console.log('listening'))
