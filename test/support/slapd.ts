import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'ldapts'

export const BASE = 'dc=acme,dc=example'
export const PEOPLE = `ou=people,${BASE}`
export const GROUPS = `ou=groups,${BASE}`
export const ROOT_DN = `cn=root,${BASE}`
export const ROOT_PASSWORD = 'root of the tree'
export const SERVICE_DN = `cn=paraphe,ou=services,${BASE}`
export const SERVICE_PASSWORD = 'service account of the house'
export const LDAP_PASSWORD = 'kept in the directory alone'

/** A real OpenLDAP server in a temporary folder: plain with StartTLS on one port, TLS on another, its own CA, the memberOf overlay. */
export interface Slapd extends AsyncDisposable {
  readonly port: number
  readonly tlsPort: number
  readonly caPem: string
  readonly admin: Client
  /** Every line of its log, filters and binds among them. */
  log(): string
  stop(): Promise<void>
  start(): Promise<void>
}

export async function startSlapd(options: { readonly referral?: string; readonly sizeLimit?: number } = {}): Promise<Slapd> {
  const directory = await mkdtemp(join(tmpdir(), 'paraphe-slapd-'))
  await mkdir(join(directory, 'data'))
  await makeCertificates(directory)
  const [port, tlsPort] = [await freePort(), await freePort()]
  await writeFile(join(directory, 'slapd.conf'), configuration(directory, options))
  let lines = ''
  let child: Bun.Subprocess | null = null
  let admin: Client
  const start = async (): Promise<void> => {
    const running = Bun.spawn(
      [
        '/usr/sbin/slapd',
        '-f',
        join(directory, 'slapd.conf'),
        '-h',
        `ldap://127.0.0.1:${port} ldaps://127.0.0.1:${tlsPort}`,
        '-d',
        'stats',
      ],
      { stdout: 'ignore', stderr: 'pipe' },
    )
    child = running
    void (async () => {
      for await (const piece of running.stderr) lines += new TextDecoder().decode(piece)
    })()
    admin = new Client({ url: `ldap://127.0.0.1:${port}`, timeout: 10_000, connectTimeout: 5_000 })
    for (let tries = 0; ; tries++)
      try {
        await admin.bind(ROOT_DN, ROOT_PASSWORD)
        return
      } catch (error) {
        if (tries > 100) throw new Error(`slapd does not start: ${lines.slice(-2_000)}`, { cause: error })
        await Bun.sleep(100)
      }
  }
  const stop = async (): Promise<void> => {
    await admin.unbind().catch(() => {})
    child?.kill()
    await child?.exited
  }
  await start()
  await addTree(admin!)
  return {
    port,
    tlsPort,
    caPem: await Bun.file(join(directory, 'ca.pem')).text(),
    get admin() {
      return admin
    },
    log: () => lines,
    stop,
    start,
    async [Symbol.asyncDispose]() {
      await stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

export interface LdapPerson {
  readonly uid: string
  readonly firstName: string
  readonly lastName: string
  readonly mail?: string
  readonly extra?: Readonly<Record<string, string | string[]>>
}

export const dnOf = (uid: string): string => `uid=${uid},${PEOPLE}`

export const addPerson = (
  admin: Client,
  { uid, firstName, lastName, mail = `${uid}@acme.example`, extra = {} }: LdapPerson,
): Promise<void> =>
  admin.add(dnOf(uid), {
    objectClass: ['inetOrgPerson'],
    uid,
    cn: `${firstName} ${lastName}`,
    givenName: firstName,
    sn: lastName,
    mail,
    userPassword: LDAP_PASSWORD,
    ...extra,
  })

export const addLdapGroup = (admin: Client, cn: string, members: readonly string[]): Promise<void> =>
  admin.add(groupDn(cn), { objectClass: ['groupOfNames'], cn, member: [...members] })

export const groupDn = (cn: string): string => `cn=${cn},${GROUPS}`

async function addTree(admin: Client): Promise<void> {
  await admin.add(BASE, { objectClass: ['dcObject', 'organization'], dc: 'acme', o: 'Acme' })
  for (const unit of ['people', 'groups', 'services'])
    await admin.add(`ou=${unit},${BASE}`, { objectClass: ['organizationalUnit'], ou: unit })
  await admin.add(SERVICE_DN, {
    objectClass: ['organizationalRole', 'simpleSecurityObject'],
    cn: 'paraphe',
    userPassword: SERVICE_PASSWORD,
  })
}

const configuration = (directory: string, { referral, sizeLimit }: { readonly referral?: string; readonly sizeLimit?: number }): string =>
  `include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
pidfile ${directory}/slapd.pid
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
TLSCACertificateFile ${directory}/ca.pem
TLSCertificateFile ${directory}/server.pem
TLSCertificateKeyFile ${directory}/server.key
TLSVerifyClient never
allow bind_v2
${referral ? `referral ${referral}` : ''}
${sizeLimit ? `sizelimit ${sizeLimit}` : 'sizelimit unlimited'}
database mdb
maxsize 33554432
suffix "${BASE}"
directory ${directory}/data
rootdn "${ROOT_DN}"
rootpw "${ROOT_PASSWORD}"
index objectClass,uid,mail,member,memberOf,entryUUID eq
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="${SERVICE_DN}" read by self read by * none
overlay memberof
memberof-group-oc groupOfNames
memberof-member-ad member
memberof-memberof-ad memberOf
memberof-dangling ignore
memberof-refint true
`

async function makeCertificates(directory: string): Promise<void> {
  const at = (name: string): string => join(directory, name)
  await writeFile(at('server.ext'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n')
  const steps = [
    `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=Test-CA -keyout ${at('ca.key')} -out ${at('ca.pem')}`,
    `req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=127.0.0.1 -keyout ${at('server.key')} -out ${at('server.csr')}`,
    `x509 -req -days 2 -in ${at('server.csr')} -CA ${at('ca.pem')} -CAkey ${at('ca.key')} -CAcreateserial -extfile ${at('server.ext')} -out ${at('server.pem')}`,
  ]
  for (const step of steps) {
    const done = Bun.spawnSync(['openssl', ...step.split(' ')], { stdout: 'ignore', stderr: 'pipe' })
    if (done.exitCode !== 0) throw new Error(done.stderr.toString())
  }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
