import { expect, test } from 'bun:test'
import { dirname, join } from 'node:path'
import { Glob } from 'bun'
import { verifierScript } from '../src/view/bundle.ts'

/** Room → rooms it may import. A room may always import itself and `base`. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  log: [],
  config: ['log'],
  db: ['config'],
  field: [],
  store: ['db', 'config'],
  calling: [],
  pdf: [],
  pki: [],
  image: [],
  sandbox: ['log', 'config', 'pdf', 'image', 'verification'],
  view: ['db'],
  jobs: ['log', 'db'],
  ldap: [],
  oidc: [],
  audit: ['log', 'db', 'pki', 'view'],
  setting: ['db', 'config', 'store', 'audit'],
  mail: ['db', 'config', 'store', 'setting', 'view', 'jobs', 'audit'],
  access: ['db', 'config', 'audit', 'setting', 'mail', 'jobs', 'ldap', 'oidc'],
  notification: ['db', 'audit', 'setting', 'mail', 'view'],
  authority: ['db', 'config', 'store', 'pki', 'audit', 'setting', 'jobs'],
  contact: ['db', 'store', 'audit', 'access'],
  seal: ['db', 'config', 'store', 'pdf', 'pki', 'image', 'sandbox', 'authority', 'setting', 'view', 'audit'],
  verification: ['log', 'db', 'config', 'store', 'pdf', 'pki', 'sandbox', 'view', 'audit', 'setting', 'authority'],
  envelope: [
    'db',
    'field',
    'config',
    'store',
    'pdf',
    'image',
    'sandbox',
    'view',
    'audit',
    'access',
    'setting',
    'contact',
    'seal',
    'verification',
    'authority',
    'mail',
    'notification',
    'jobs',
  ],
  ceremony: [
    'db',
    'field',
    'config',
    'store',
    'pdf',
    'image',
    'sandbox',
    'view',
    'audit',
    'access',
    'setting',
    'envelope',
    'seal',
    'authority',
    'mail',
    'jobs',
  ],
  template: [
    'db',
    'config',
    'store',
    'sandbox',
    'view',
    'field',
    'audit',
    'access',
    'setting',
    'contact',
    'envelope',
    'authority',
    'notification',
    'mail',
    'jobs',
  ],
  vault: [
    'db',
    'config',
    'store',
    'sandbox',
    'view',
    'audit',
    'access',
    'setting',
    'envelope',
    'verification',
    'seal',
    'authority',
    'jobs',
  ],
  integration: ['db', 'config', 'store', 'calling', 'audit', 'access', 'setting', 'envelope', 'jobs'],
  board: ['db', 'config', 'view', 'audit', 'access', 'setting', 'envelope', 'template', 'mail', 'jobs', 'calling', 'integration'],
  upkeep: [
    'log',
    'db',
    'config',
    'store',
    'pdf',
    'pki',
    'image',
    'sandbox',
    'view',
    'jobs',
    'audit',
    'setting',
    'mail',
    'notification',
    'access',
    'authority',
    'contact',
    'seal',
    'verification',
    'envelope',
    'ceremony',
    'template',
    'vault',
    'board',
    'integration',
  ],
}
const ROOMS = Object.keys(MAY_IMPORT)
const DOORS = ['http', 'worker', 'cli', 'browser', 'house', 'main']

/** Package → the only rooms that may import it. */
const ONLY_IN: Readonly<Record<string, readonly string[]>> = {
  hono: ['http'],
  '@hono/zod-validator': ['http'],
  '@hono/zod-openapi': ['http'],
  zod: ['http', 'access'],
  eta: ['view'],
  'bun:sqlite': ['db'],
  'pdf-lib': ['pdf'],
  '@cantoo/fontkit': ['pdf'],
  fontkit: ['pdf'],
  'bidi-js': ['pdf'],
  pkijs: ['pki'],
  asn1js: ['pki'],
  '@peculiar/x509': ['pki'],
  'reflect-metadata': ['pki', 'main'],
  nodemailer: ['mail'],
  ldapts: ['ldap'],
  'openid-client': ['oidc'],
  '@hyzyla/pdfium': ['image'],
  'prom-client': ['upkeep'],
  'upng-js': ['image'],
  'jpeg-js': ['image'],
}

/** Run in the server, in the command line and in a visitor's browser: no interface of Bun or Node. */
const ANYWHERE = /^(pdf|pki|field|verification\/verdict|browser)\//

interface Source {
  readonly file: string
  readonly room: string
  readonly text: string
  readonly imports: readonly string[]
}

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]|\bimport\s*\(\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]/g

const withoutComments = (text: string): string => text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|[^:'"`])\/\/.*$/gm, '$1')

const sources: Source[] = []
for await (const path of new Glob('**/*.ts').scan('src')) {
  const text = withoutComments(await Bun.file(`src/${path}`).text())
  const imports = [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
  sources.push({ file: path, room: (path.split('/')[0] ?? '').replace(/\.ts$/, ''), text, imports })
}

const packageOf = (name: string): string => (name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : (name.split('/')[0] ?? ''))
const roomOf = (file: string, target: string): string => (join(dirname(file), target).split('/')[0] ?? '').replace(/\.ts$/, '')

test('every room stands in the table', () => {
  expect([...new Set(sources.map((source) => source.room))].filter((room) => !ROOMS.includes(room) && !DOORS.includes(room))).toEqual([])
})

test('imports follow the house rules', () => {
  const broken: string[] = []
  for (const { file, room, imports } of sources) {
    for (const target of imports) {
      if (target.startsWith('.')) {
        const other = roomOf(file, target)
        if (other === '..' || other === room || other === 'base' || DOORS.includes(room)) continue
        if (!MAY_IMPORT[room]?.includes(other)) broken.push(`${file} → ${other}`)
      } else if (ONLY_IN[packageOf(target)] && !ONLY_IN[packageOf(target)]?.includes(room)) broken.push(`${file} → ${target}`)
    }
  }
  expect(broken).toEqual([])
})

test('nothing imports a door', () => {
  const broken = sources.flatMap(({ file, room, imports }) =>
    imports
      .filter(
        (target) =>
          target.startsWith('.') && ['http', 'worker', 'cli', 'browser', 'main'].includes(roomOf(file, target)) && !DOORS.includes(room),
      )
      .map((target) => `${file} → ${target}`),
  )
  expect(broken).toEqual([])
})

test('a handler asks no database: the doors import its types alone', () => {
  const broken = sources
    .filter(({ room }) => room === 'http')
    .flatMap(({ file, text }) =>
      [...text.matchAll(/import\s+(?!type\b)[^'"]*from\s*['"][^'"]*\/db\/[^'"]*['"]/g)].map((match) => `${file}: ${match[0].trim()}`),
    )
  expect(broken).toEqual([])
})

test('what also runs in a browser uses no interface of Bun or Node', () => {
  const broken = sources
    .filter(({ file }) => ANYWHERE.test(file))
    .flatMap(({ file, text, imports }) => [
      ...imports.filter((target) => /^(node|bun):|^bun$/.test(target)).map((target) => `${file} → ${target}`),
      ...[...text.matchAll(/\b(?:Bun|process|Buffer|__dirname)\.\w+|import\.meta\.dir/g)].map((match) => `${file}: ${match[0]}`),
    ])
  expect(broken).toEqual([])
})

test('the script for browsers holds nothing of a server, and evaluates no text', async () => {
  const script = await verifierScript()
  expect(script.match(/\b(?:node|bun):|\bBun\.|\bprocess\.|\bBuffer\b|\beval\b|\bnew Function\b|\brequire\(/g)).toBeNull()
  expect(script.length).toBeLessThan(200_000)
})

test('the environment is read in one place', () => {
  const broken = sources
    .filter(({ file, text }) => !file.startsWith('config/') && file !== 'main.ts' && /\b(?:process|Bun)\.env\b/.test(text))
    .map(({ file }) => file)
  expect(broken.filter((file) => !file.startsWith('sandbox/'))).toEqual([])
})

test('a migration imports nothing of the house', async () => {
  for await (const path of new Glob('*.ts').scan('migrations')) expect(await Bun.file(`migrations/${path}`).text()).not.toContain('../src')
})

test('certificate checks are never switched off', () => {
  expect(
    sources.filter(({ text }) => /rejectUnauthorized:\s*false|NODE_TLS_REJECT_UNAUTHORIZED/.test(text)).map(({ file }) => file),
  ).toEqual([])
})

test('file names say what is inside', () => {
  const vague = /(^|[/-])(utils?|helpers?|services?|manager|common|misc|data|info)([./-]|$)/
  expect(sources.map(({ file }) => file).filter((file) => vague.test(file))).toEqual([])
  expect(sources.map(({ file }) => file).filter((file) => !/^[a-z0-9/-]+(\.d)?\.ts$/.test(file))).toEqual([])
})
