import type { Digest } from '../base/digest.ts'
import type { Instant } from '../base/instant.ts'
import type { Config } from '../config/config.ts'
import type { Db } from '../db/open.ts'
import { formatOf, showEntry } from '../field/entry.ts'
import { rulesOf } from '../field/rules.ts'
import type { Picture } from '../pdf/form.ts'
import type { PreparedField, PrepareInput } from '../pdf/prepare.ts'
import type { Sent } from '../sandbox/task.ts'
import { runTask } from '../sandbox/run.ts'
import { findLegalEntity } from '../setting/legal-entity.ts'
import { originsOf } from '../setting/origins.ts'
import { readSetting } from '../setting/setting.ts'
import { laidAside, readObject } from '../store/object.ts'
import { formatsFor } from '../view/formats.ts'
import { fill, words } from '../view/words.ts'
import { inEach, languagesOf } from './completion-words.ts'
import { findingsOf } from './documents.ts'
import { coversOf } from './found-fields.ts'
import { attachmentFields } from './attachments.ts'
import { type Document, type Envelope, listFields, listRecipients } from './envelope.ts'
import { defaultValue } from './fields.ts'
import { acts, type NamedField, nameFields, signerNames } from './naming.ts'
import { type Party, partyOf } from './party.ts'
import { nameOf } from './telling.ts'

interface Tools {
  readonly db: Db
  readonly config: Config
}

/** Everything that revision 0 of one document is made from. */
export async function preparationOf(
  { db, config }: Tools,
  envelope: Envelope,
  { document, documents }: { readonly document: Document; readonly documents: readonly Document[] },
  at: Instant,
): Promise<Sent<Omit<PrepareInput, 'fonts'>>> {
  const [entity, installation, recipients, fields, sender] = await Promise.all([
    findLegalEntity(db, envelope.legalEntityId),
    readSetting(db, 'installation'),
    listRecipients(db, envelope.id),
    listFields(db, document.id),
    db.selectFrom('user').select(['firstName', 'lastName', 'email']).where('id', '=', envelope.senderId).executeTakeFirst(),
  ])
  const { timeZone } = installation
  const languages = languagesOf(envelope, recipients)
  const asked = await attachmentFields(db, envelope.id)
  const each = (tell: Parameters<typeof inEach>[1]): string => inEach(languages, tell, timeZone)
  const verify = `${originsOf(config, installation).public}/verify`
  const address = verify.replace(/^https?:\/\//, '')
  const formats = formatsFor(envelope.language, timeZone)
  const names = signerNames(recipients)
  // The certificate of a document that arrived signed speaks of that one.
  const certified = documents.find(({ id }) => id === document.certifies)
  const subject = certified ?? document
  const pages = (JSON.parse(subject.pages) as unknown[]).length
  const parties = new Map<string, Party>()
  for (const recipient of recipients) parties.set(recipient.id, await partyOf(db, recipient))
  const logo = entity.logoDigest ? await pictureOf({ db, config }, entity.logoDigest) : null
  const { converted } = findingsOf(subject)
  const numbers = fields.find(({ kind, value }) => kind === 'number' && value)?.value
  return {
    source: certified ? null : await laidAside(db, document.sourceDigest),
    removeActive: findingsOf(document).consentedAt !== null,
    title: subject.title,
    documentId: document.documentId,
    verifyUrl: `${verify}/${document.documentId}`,
    language: envelope.language,
    pageOf: words(envelope.language).completion.pageOf,
    company: { name: entity.legalName, ...(logo ? { logo } : {}) },
    siblings: documents
      .filter(({ id, certifies }) => id !== document.id && id !== certified?.id && certifies === null)
      .map(({ documentId, title, originalDigest }) => ({ documentId, title, digest: originalDigest })),
    words: {
      title: each((w) => w.title).replaceAll(' · ', '\n'),
      documentId: each((w) => w.documentId),
      recipients: each((w) => w.recipients),
      seal: each((w) => w.seal),
      siblings: each((w) => w.siblings),
      scan: `${each((w) => w.scan)}\n${address}`,
      check: languages.flatMap((language) =>
        words(language).completion.check.map((sentence) => fill(sentence, { address, company: entity.legalName })),
      ),
    },
    facts: [
      { label: each((w) => w.facts.file), value: subject.fileName },
      ...(converted ? [{ label: each((w) => w.facts.converted), value: converted.by }] : []),
      ...(certified ? [{ label: each((w) => w.facts.signedFile), value: certified.documentId }] : []),
      { label: each((w) => w.facts.pages), value: String(pages) },
      { label: each((w) => w.facts.digest), value: subject.originalDigest.replace(/(.{4})(?!$)/g, '$1 ') },
      ...(numbers ? [{ label: 'N°', value: numbers }] : []),
      {
        label: each((w) => w.facts.sender),
        value: [sender ? nameOf(sender) : '', sender?.email, entity.legalName].filter(Boolean).join(' · '),
      },
      { label: each((w) => w.facts.sentAt), value: formats.exact(at) },
      ...(envelope.deadline ? [{ label: each((w) => w.facts.deadline), value: formats.exact(envelope.deadline) }] : []),
      { label: each((w) => w.facts.timeZone), value: timeZone },
    ],
    // Who only receives a copy stands below those who act.
    recipients: [...recipients.filter(acts), ...recipients.filter((recipient) => !acts(recipient))].map((recipient, at) => ({
      name: names.get(recipient.id) ?? `C${at + 1}`,
      title: nameOf(recipient),
      subtitle: [each((w) => w.roles[recipient.role]), recipient.jobTitle, recipient.company].filter(Boolean).join(' · '),
      signs: acts(recipient),
      attachments: asked.filter(({ recipientId }) => recipientId === recipient.id).length,
    })),
    // What a field stands for is not drawn beside it.
    taken: fields.map(({ origin }) => origin).filter(Boolean),
    covers: certified ? [] : coversOf(document).filter(({ origin }) => fields.some((field) => field.origin === origin)),
    fields: nameFields(recipients, fields).map((named) => preparedField(named, recipients, envelope, parties)),
  }
}

function preparedField(
  { field, name, signer, kind }: NamedField,
  recipients: Awaited<ReturnType<typeof listRecipients>>,
  envelope: Envelope,
  parties: ReadonlyMap<string, Party>,
): PreparedField {
  const recipient = recipients.find(({ id }) => id === field.recipientId)
  const { group } = rulesOf(field)
  const said =
    [group, field.label].filter(Boolean).join(': ') || words(recipient?.language ?? envelope.language).completion.kinds[field.kind]
  const { page, x, y, width, height, fontSize } = field
  const rules = rulesOf(field)
  const value = recipient ? defaultValue(field, recipient, parties.get(recipient.id) ?? {}) : field.value
  const prefilled =
    name === null ? showEntry(formatOf({ kind: field.kind, rules }), value, recipient?.language ?? envelope.language) : undefined
  return {
    name: name ?? '',
    signer: name === null ? null : signer,
    kind,
    page,
    x,
    y,
    width,
    height,
    fontSize,
    tooltip: recipient ? `${said} (${nameOf(recipient)})` : said,
    ...(kind === 'choice' ? { options: rules.options ?? [] } : {}),
    ...(prefilled === undefined ? {} : { prefilled }),
  }
}

/** A stored picture of ours as samples for a PDF. */
export async function pictureOf({ db, config }: { db: Db; config: Pick<Config, 'dataDirectory'> }, digest: Digest): Promise<Picture> {
  const { width, height, rgb, alpha } = await runTask(config, 'mark', {
    picture: await readObject(db, digest),
    keepBackground: true,
    side: 1_000,
  })
  return { width, height, rgb, ...(alpha ? { alpha } : {}) }
}
