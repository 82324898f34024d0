import { ADMINISTRATOR, SIGNATORY, STAMP_USER } from '../access/rights.ts'
import { type Session, startSession } from '../access/session.ts'
import { addUser } from '../access/users.ts'
import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { type AuthorityPlan, type AuthorityTools, createAuthority, hasAuthority } from '../authority/creating.ts'
import { Refusal } from '../base/refusal.ts'
import type { Config } from '../config/config.ts'
import type { SecretKey } from '../config/secret-key.ts'
import { keepEmailChannel } from '../mail/channel.ts'
import { publishDisclosure } from '../setting/disclosure.ts'
import { addLegalEntity, NO_DETAILS } from '../setting/legal-entity.ts'
import { readSetting, writeSetting } from '../setting/setting.ts'
import { LANGUAGES, words } from '../view/words.ts'
import { forgetDraft, readDraft } from './setup-draft.ts'

export interface SetUpTools extends AuthorityTools {
  readonly config: Pick<Config, 'publicUrl' | 'mail'>
  readonly secretKey: SecretKey
}

export type AuthorityAnswers = Pick<AuthorityPlan, 'algorithm' | 'rootName' | 'issuingName' | 'sealName' | 'keyProtection'>

/**
 * The last step: everything comes to be, or nothing. The authority's keys are made and kept first, because that takes seconds; one
 * transaction then makes the company, its administrator and its settings. A crash between the two leaves an authority that the next
 * try finds and keeps; its recovery secret was shown to nobody, and another is made in the console.
 */
export async function setUp(
  tools: SetUpTools,
  act: Act,
  authority: AuthorityAnswers,
): Promise<{ session: Session; token: string; recovery: string | null }> {
  const { db, secretKey } = tools
  const { company, administrator, addresses, email } = await readDraft(db, secretKey)
  if (!company || !administrator || !addresses || email === undefined) throw new Refusal('conflict', 'setup.incomplete')
  if ((await readSetting(db, 'installation')).setUpAt) throw new Refusal('conflict', 'setup.done')
  const own = { ...act, actor: { kind: 'user', id: administrator.id } } as const
  let recovery: string | null = null
  if (!(await hasAuthority(db))) {
    const publicOrigin = tools.config.publicUrl ?? addresses.publicUrl
    const made = await createAuthority(tools, own, {
      ...authority,
      organization: company.legalName,
      country: company.country,
      publicOrigin,
    })
    recovery = made.recovery
  }

  return db.transaction().execute(async (tx) => {
    const installation = await readSetting(tx, 'installation')
    if (installation.setUpAt) throw new Refusal('conflict', 'setup.done')
    const { registrationNumber, vatNumber, ...facts } = company
    const { passwordHash, ...person } = administrator
    const user = await addUser(
      tx,
      own,
      { ...person, phone: null, language: addresses.language, roles: [ADMINISTRATOR, SIGNATORY, STAMP_USER] },
      passwordHash,
    )
    await append(tx, own, { type: 'installation.set-up', detail: { version: 1 } })
    await addLegalEntity(tx, own, {
      ...facts,
      details: {
        ...NO_DETAILS,
        registrationNumber,
        vatNumber,
        email: person.email,
        representative: `${person.firstName} ${person.lastName}`.trim(),
      },
    })
    await writeSetting(tx, own, 'installation', { ...installation, ...addresses, setUpAt: act.at })
    for (const language of LANGUAGES) await publishDisclosure(tx, own, language, words(language).setup.disclosure)
    if (tools.config.mail) await keepEmailChannel(tx, own, secretKey, tools.config.mail)
    else if (email)
      await keepEmailChannel(tx, own, secretKey, {
        ...email,
        user: email.user || null,
        password: email.password || null,
        caPem: email.caPem || null,
      })
    await forgetDraft(tx)
    const started = await startSession(tx, own, user)
    await append(tx, own, {
      type: 'user.signed-in',
      detail: { session: started.session.id, knownDevice: false, method: 'password', factor: null },
    })
    return { ...started, recovery }
  })
}
