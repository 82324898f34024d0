import { openAuthority } from '../../authority/authority.ts'
import { hasAuthority } from '../../authority/creating.ts'
import { concat } from '../../base/bytes.ts'
import { sha256 } from '../../audit/trail.ts'
import { wholeSecond } from '../../base/instant.ts'
import { certify, fillHole } from '../../pdf/append.ts'
import { runTask } from '../../sandbox/run.ts'
import { companySignature } from '../../seal/company-signature.ts'
import { roomOfSeal } from '../../seal/revision.ts'
import { trustOf } from '../../verification/uploaded.ts'
import type { Look } from '../doctor.ts'

/** A page that is prepared, signed with the company's seal and time-stamped, and then judged as a stranger's file is: in memory, kept nowhere. */
export const signature: Look = async ({ db, config, keys, isLocked }, at) => {
  if (!keys || !(await hasAuthority(db))) return null
  if (isLocked()) return { name: 'signature', state: 'wait', facts: {} }
  try {
    const began = performance.now()
    const authority = await openAuthority({ db, keys, clock: () => at })
    const tools = { db, config, authority }
    const { pdf, head } = await runTask(config, 'prepare', { ...PAGE, source: null }, { pages: 1 })
    const tail = await certify(head, { at: wholeSecond(at), name: 'Paraphe', contentsBytes: await roomOfSeal(tools, authority.seal()) })
    const digest = sha256(concat([pdf, tail.before, tail.after]))
    const signed = concat([pdf, fillHole(tail, await companySignature(tools)(digest))])
    const report = await runTask(config, 'verify', { pdf: signed, ...(await trustOf(db)), at: wholeSecond(at) })
    const [one] = report.signatures
    const isSound = one?.intact === true && one.trusted && one.provenAt !== null && one.faults.length === 0
    const why = [...report.faults, ...(one?.faults ?? []), ...(one && !one.trusted ? ['untrusted'] : [])].join(', ') || report.answer
    return {
      name: 'signature',
      state: isSound ? 'good' : 'stop',
      facts: { ms: Math.round(performance.now() - began), clock: one?.provenBy ?? '–', why },
    }
  } catch (error) {
    return {
      name: 'signature',
      state: 'stop',
      facts: { why: error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 200) : '?' },
    }
  }
}

const PAGE = {
  removeActive: true,
  title: 'Self-check',
  documentId: '7K2M-9QXD-4TRA-C',
  verifyUrl: 'http://127.0.0.1/verify',
  language: 'en',
  pageOf: 'Page {number} of {total}',
  company: { name: 'Paraphe' },
  siblings: [],
  facts: [],
  words: { title: 'Self-check', documentId: 'ID', recipients: 'Signers', seal: 'Seal', siblings: 'With', scan: 'Scan', check: [] },
  recipients: [{ name: 'S1', title: 'Self-check', subtitle: 'Signer', signs: true }],
  fields: [],
}
