import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hashPassword, verifyPassword } from '../../access/password.ts'
import { newEnrolment } from '../../access/totp.ts'
import { findUser } from '../../access/users.ts'
import { systemAct } from '../../audit/act.ts'
import { fromUtf8 } from '../../base/bytes.ts'
import type { Digest } from '../../base/digest.ts'
import { ownFile } from '../../base/program.ts'
import { MIGRATIONS, migrate } from '../../db/migrate.ts'
import { openDb } from '../../db/open.ts'
import { connectionTo } from '../../db/postgres-pool.ts'
import { sealFinished } from '../../envelope/sealing-finished.ts'
import { createAssets } from '../../http/assets.ts'
import { createServer } from '../../http/server.ts'
import type { Views } from '../../http/views.ts'
import { filterFor } from '../../ldap/filter.ts'
import { sendEmail } from '../../mail/smtp.ts'
import { FACES } from '../../pdf/fonts.ts'
import { line } from '../../pdf/text.ts'
import { fontSet } from '../../sandbox/fonts.ts'
import { runTask, sandboxFacts } from '../../sandbox/run.ts'
import { readObject } from '../../store/object.ts'
import { createMetrics } from '../../upkeep/metrics/registry.ts'
import { reportPdf } from '../../verification/report-pdf.ts'
import { shown } from '../../verification/shown.ts'
import { trustOf } from '../../verification/uploaded.ts'
import { fieldRulesScript, verifierScript } from '../../view/bundle.ts'
import { compileAll, createView } from '../../view/eta.ts'
import { qrPicture } from '../../view/qr.ts'
import type { Installation } from '../bench/installation.ts'
import { freePort } from '../free-port.ts'
import { openMailSink } from './mail-sink.ts'

/** Where the checks work; what one has made the next may use. */
export interface Workshop {
  readonly folder: string
  /** Opened by the first that asks. */
  readonly installation: () => Promise<Installation>
  readonly made: Map<'sealed' | 'picture', Digest | Uint8Array<ArrayBuffer>>
}

interface Check {
  /** The packages that are at work in it. */
  readonly packages: readonly string[]
  /** Answers with what was found; throws where it is not as it should be. */
  readonly check: (workshop: Workshop) => Promise<string>
}

const must = (holds: unknown, otherwise: string): void => {
  if (!holds) throw new Error(otherwise)
}

/** Each library of the program at its own work. */
export const CHECKS: Readonly<Record<string, Check>> = {
  migrations: { packages: ['kysely'], check: migrations },
  house: { packages: ['@peculiar/x509', 'reflect-metadata'], check: house },
  passwords: { packages: [], check: passwords },
  'one-time codes': { packages: ['otpauth'], check: totp },
  templates: { packages: ['eta'], check: async () => `${compileAll(ownFile('views'))} compile` },
  'browser files': { packages: ['htmx.org', 'signature_pad', '@fontsource-variable/inter', '@fontsource/source-serif-4'], check: assets },
  'a page': {
    packages: ['hono', 'zod', '@hono/zod-validator', '@hono/zod-openapi', '@fastify/busboy', 'openid-client', '@simplewebauthn/server'],
    check: page,
  },
  typefaces: { packages: ['fontkit', 'bidi-js'], check: typefaces },
  'QR code': { packages: ['uqr'], check: async () => (must(qrPicture('paraphe').includes('svg'), 'no picture'), 'drawn') },
  'child process': { packages: [], check: child },
  sealing: { packages: ['pdf-lib', 'pkijs', 'asn1js'], check: sealing },
  verification: { packages: ['pkijs', 'asn1js'], check: verification },
  report: { packages: ['@cantoo/fontkit'], check: report },
  'pages as pictures': { packages: ['@hyzyla/pdfium'], check: pictures },
  'picture formats': { packages: ['upng-js', 'jpeg-js'], check: formats },
  mail: { packages: ['nodemailer'], check: mail },
  directory: { packages: ['ldapts'], check: async () => filterFor('(mail={login})', 'a*b').toString() },
  PostgreSQL: { packages: ['postgres'], check: postgres },
  figures: { packages: ['prom-client'], check: figures },
}

async function migrations({ folder }: Workshop): Promise<string> {
  const db = openDb(join(folder, 'migrations.db'))
  try {
    const applied = await migrate(db)
    must(applied.length === Object.keys(MIGRATIONS).length, `only ${applied.length} of ${Object.keys(MIGRATIONS).length}`)
    return `${applied.length} on a fresh database`
  } finally {
    await db.destroy()
  }
}

async function house({ installation }: Workshop): Promise<string> {
  const { house: opened } = await installation()
  must(!opened.keys.isLocked(), 'the keys are locked')
  return 'set up, with an authority of its own'
}

async function passwords(): Promise<string> {
  const hash = await hashPassword('violet tractor hums')
  must(hash.startsWith('$argon2id$') && (await verifyPassword('violet tractor hums', hash)), 'not the same again')
  must(!(await verifyPassword('violet tractor hum', hash)), 'another password is taken')
  return 'argon2id'
}

async function totp({ installation }: Workshop): Promise<string> {
  const { house: opened, user } = await installation()
  const row = await findUser(opened.db, user.id)
  const { uri } = newEnrolment(opened.secretKey, opened.clock(), row, 'Paraphe')
  must(uri.startsWith('otpauth://totp/'), uri)
  return 'enrolled'
}

async function assets(): Promise<string> {
  const { url } = await createAssets(ownFile('static'))
  for (const name of ['js/vendor/htmx.js', 'js/vendor/signature-pad.js', 'fonts/inter-latin-wght-normal.woff2', 'css/tokens.css']) url(name)
  for (const made of [await verifierScript(), await fieldRulesScript()]) must(made.length > 1_000, 'a script is empty')
  must(readFileSync(ownFile('static/audit/verify.py'), 'utf8').includes('import'), 'the auditor’s script is empty')
  return 'styles, scripts, fonts, verifier'
}

async function page({ installation }: Workshop): Promise<string> {
  const { house: opened, origin } = await installation()
  const server = await createServer({
    house: opened,
    view: createView<Views & Record<string, object>>(ownFile('views'), { cache: true }),
    assets: await createAssets(ownFile('static')),
  })
  try {
    const answer = await server.fetch(new Request(`${origin}/sign-in`, { headers: { host: new URL(origin).host } }), '127.0.0.1')
    must(answer.status === 200 && (await answer.text()).includes('</html>'), `the page to sign in answers ${answer.status}`)
    return 'the page to sign in'
  } finally {
    server.close()
  }
}

async function typefaces(): Promise<string> {
  const fonts = fontSet()
  for (const face of FACES) must(fonts.font(face).layout('Paraphe').glyphs.length > 0, `${face} holds no letters`)
  must(line(fonts, 'text', 10, 'Zoë Ирина مرحبا 王小明').width > 10, 'nothing is drawn')
  return `${FACES.length}`
}

async function child({ installation }: Workshop): Promise<string> {
  const { works, network, limits } = await sandboxFacts((await installation()).house.config)
  must(works, 'no child starts')
  return `${network ? 'without network' : 'WITH network'}, ${limits ? 'within limits' : 'WITHOUT limits'}`
}

async function sealing({ installation, made }: Workshop): Promise<string> {
  const { house: opened, user } = await installation()
  const bytes = new Uint8Array(readFileSync(ownFile('static/sample/contract.en.pdf')))
  const { digest, documentId } = await sealFinished(opened, systemAct(opened.clock()), user, { name: 'contract.pdf', bytes })
  made.set('sealed', digest)
  return `${documentId}, B-LTA`
}

const sealedOf = async ({ installation, made }: Workshop) => {
  must(made.has('sealed'), 'nothing was sealed')
  return readObject((await installation()).house.db, made.get('sealed') as Digest)
}

async function verification(workshop: Workshop): Promise<string> {
  const { house: opened } = await workshop.installation()
  const { answer, level } = await runTask(opened.config, 'verify', {
    pdf: await sealedOf(workshop),
    ...(await trustOf(opened.db)),
    at: opened.clock(),
  })
  must(answer === 'genuine', `the sealed file is ${answer}`)
  return `genuine, ${level}`
}

async function report(workshop: Workshop): Promise<string> {
  const { house: opened } = await workshop.installation()
  const judged = await runTask(opened.config, 'verify', {
    pdf: await sealedOf(workshop),
    ...(await trustOf(opened.db)),
    at: opened.clock(),
  })
  const pdf = await reportPdf(opened.config, shown(judged, undefined), { language: 'fr', timeZone: 'UTC', by: 'Paraphe', verifyUrl: null })
  must(fromUtf8(pdf.subarray(0, 5)) === '%PDF-', 'no PDF')
  return 'a PDF'
}

async function pictures(workshop: Workshop): Promise<string> {
  const { house: opened } = await workshop.installation()
  const pdf = await sealedOf(workshop)
  const { images } = await runTask(opened.config, 'pages', { pdf, width: 400 })
  const { texts } = await runTask(opened.config, 'words', { pdf, pages: [0] })
  must(images[0] && texts[0]?.includes('agreement'), 'the first page is empty')
  workshop.made.set('picture', images[0]!.bytes)
  return `${images.length} pages, ${images[0]!.type}`
}

async function formats({ installation, made }: Workshop): Promise<string> {
  const { config } = (await installation()).house
  const picture = made.get('picture') as Uint8Array<ArrayBuffer>
  must(picture, 'no page was drawn')
  const { png, width } = await runTask(config, 'mark', { picture, keepBackground: true, side: 300 })
  const jpeg = new Uint8Array(await new Bun.Image(png).jpeg({ quality: 90 }).bytes())
  const read = [await runTask(config, 'check-picture', { picture: png }), await runTask(config, 'check-picture', { picture: jpeg })]
  must(width > 0 && read.every((one) => one.width > 0), 'not read again')
  return read.map(({ format }) => format).join(', ')
}

async function mail(): Promise<string> {
  const sink = openMailSink()
  try {
    const channel = { host: '127.0.0.1', port: sink.port, security: 'none', user: null, password: null, caPem: null } as const
    const { outcome, detail } = await sendEmail(
      { ...channel, fromAddress: 'house@selftest.example', fromName: 'Paraphe' },
      {
        id: 'selftest@selftest.example',
        to: 'ann@selftest.example',
        replyTo: null,
        subject: 'Héllo',
        html: '<p>x</p>',
        text: 'x',
        logo: null,
      },
    )
    must(outcome === 'sent' && sink.received().includes('selftest@selftest.example'), detail)
    return 'handed to a server of this machine'
  } finally {
    sink.close()
  }
}

/** Nobody listens there: the library says so in its own words. */
async function postgres(): Promise<string> {
  const sql = connectionTo(`postgres://nobody@127.0.0.1:${freePort()}/none`)
  try {
    await sql`select 1`
  } catch (error) {
    must((error as { code?: string }).code === 'ECONNREFUSED', String(error))
    return 'knocks'
  } finally {
    await sql.end({ timeout: 1 }).catch(() => {})
  }
  throw new Error('somebody answered')
}

async function figures({ installation }: Workshop): Promise<string> {
  const { house: opened } = await installation()
  const metrics = createMetrics({ ...opened, isLocked: () => opened.keys.isLocked() })
  try {
    const lines = (await metrics.scrape()).split('\n').filter((one) => one.startsWith('paraphe_'))
    must(lines.length > 5, 'there are none')
    return `${lines.length} lines`
  } finally {
    metrics.close()
  }
}
