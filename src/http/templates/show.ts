import { findUser } from '../../access/users.ts'
import { fullName } from '../../access/roles.ts'
import type { Instant } from '../../base/instant.ts'
import { mayEditTemplate } from '../../envelope/design.ts'
import { findEnvelope, listRecipients, type Recipient } from '../../envelope/envelope.ts'
import { isOpenRole, nameOf, nameOrRole } from '../../envelope/telling.ts'
import { listFolders, type TemplateFolder } from '../../template/folders.ts'
import { listLinks } from '../../template/visitors/links.ts'
import { countMade, findTemplateFor } from '../../template/templates.ts'
import { isUnpublished, listVersions, type Version } from '../../template/versions.ts'
import { requireUser } from '../access.ts'
import { blankForm, type Form } from '../answers.ts'
import type { Ctx } from '../env.ts'
import { editorView } from '../envelopes/fields.ts'
import type { EditorView } from '../views.ts'

export interface TemplateView {
  readonly template: {
    readonly id: string
    readonly name: string
    readonly description: string
    readonly owner: string
    readonly isMine: boolean
    readonly isPublic: boolean
    readonly isArchived: boolean
    readonly latest: number
    readonly isUnpublished: boolean
    readonly designId: string
    readonly mayEdit: boolean
    readonly made: number
  }
  /** What is looked at; null: nothing is published. */
  readonly version: ShownVersion | null
  readonly versions: readonly ShownVersion[]
  readonly preview: EditorView | null
  readonly roles: readonly {
    readonly name: string
    readonly isOpen: boolean
    /** Whom a role that is no longer open, or a person without one, always is. */
    readonly person: string
    readonly role: Recipient['role']
    readonly side: Recipient['side']
    readonly channel: Recipient['channel']
    readonly language: Recipient['language']
    readonly mark: { readonly letter: string; readonly hue: number } | null
    readonly fields: number
  }[]
  readonly folders: readonly TemplateFolder[]
  /** The reader's own. */
  readonly links: readonly {
    readonly id: string
    readonly at: Instant
    readonly uses: number
    readonly capacity: number | null
    readonly isOff: boolean
  }[]
  readonly form: Form
}

interface ShownVersion {
  readonly number: number
  readonly at: Instant
  readonly by: string
  readonly note: string
}

export async function templatePage(c: Ctx, id: string, asked: { readonly number?: number; readonly form?: Form } = {}): Promise<string> {
  const { db } = c.var.house
  const user = requireUser(c)
  const template = await findTemplateFor(db, user, id, 'use')
  const versions = await listVersions(db, id)
  const version = versions.find(({ number }) => number === (asked.number ?? template.latest))
  const envelope = version ? await findEnvelope(db, version.envelopeId) : null
  const preview = envelope && (await editorView(c, envelope))
  const recipients = envelope ? await listRecipients(db, envelope.id) : []
  const shown = await Promise.all(versions.map((one) => shownVersion(c, one)))
  return c.var.render('templates/show', {
    template: {
      id,
      name: template.name,
      description: template.description,
      owner: fullName(await findUser(db, template.ownerId)),
      isMine: template.ownerId === user.id,
      isPublic: template.isPublic === 1,
      isArchived: template.archivedAt !== null,
      latest: template.latest,
      isUnpublished: await isUnpublished(db, template),
      designId: template.designId,
      mayEdit: await mayEditTemplate(db, user, id),
      made: await countMade(db, user, id),
    },
    version: shown.find(({ number }) => number === version?.number) ?? null,
    versions: shown,
    preview,
    roles: recipients.map((recipient) => {
      const mark = preview?.recipients.find((one) => one.id === recipient.id)
      return {
        name: recipient.roleName ?? nameOrRole(recipient),
        isOpen: isOpenRole(recipient),
        person: nameOf(recipient),
        role: recipient.role,
        side: recipient.side,
        channel: recipient.channel,
        language: recipient.language,
        mark: mark ? { letter: mark.letter, hue: mark.hue } : null,
        fields: preview?.fields.filter(({ recipientId }) => recipientId === recipient.id).length ?? 0,
      }
    }),
    folders: await listFolders(db),
    links: (await listLinks(db, user, id)).map(({ id, createdAt, uses, capacity, switchedOffAt }) => ({
      id,
      at: createdAt,
      uses,
      capacity,
      isOff: switchedOffAt !== null,
    })),
    form:
      asked.form ??
      blankForm({
        name: template.name,
        description: template.description,
        folderId: template.folderId ?? '',
        isPublic: template.isPublic ? '1' : '',
      }),
  })
}

const shownVersion = async (c: Ctx, version: Version): Promise<ShownVersion> => ({
  number: version.number,
  at: version.publishedAt,
  by: fullName(await findUser(c.var.house.db, version.publishedBy)),
  note: version.note,
})
