import { shell } from './fr/shell.ts'
import { refusals } from './fr/refusals.ts'
import { events } from './fr/events.ts'
import { log } from './fr/log.ts'
import { setup } from './fr/setup.ts'
import { access } from './fr/access.ts'
import { signOn } from './fr/sign-on.ts'
import { security } from './fr/security.ts'
import { console } from './fr/console.ts'
import { contacts } from './fr/contacts.ts'
import { bulk } from './fr/bulk.ts'
import { selfService } from './fr/visitors.ts'
import { templates } from './fr/templates.ts'
import { documents } from './fr/documents.ts'
import { editor } from './fr/editor.ts'
import { sheet } from './fr/sheet.ts'
import { signing } from './fr/signing.ts'
import { completion } from './fr/completion.ts'
import { mail } from './fr/mail.ts'
import { delegation } from './fr/delegation.ts'
import { following } from './fr/following.ts'
import { home } from './fr/home.ts'
import { notifications } from './fr/notifications.ts'
import { vault } from './fr/vault.ts'
import { register } from './fr/register.ts'
import { imports } from './fr/imports.ts'
import { retention } from './fr/retention.ts'
import { backup } from './fr/backup.ts'
import { sweep } from './fr/sweep.ts'
import { alarms } from './fr/alarms.ts'
import { outbound } from './fr/outbound.ts'
import { folders } from './fr/folders.ts'
import { evidence } from './fr/evidence.ts'
import { board } from './fr/board.ts'
import { organisation } from './fr/organisation.ts'
import { webhooks } from './fr/webhooks.ts'
import { verify } from './fr/verify.ts'
import { proof } from './fr/proof.ts'
import { authority } from './fr/authority.ts'
import { integration } from './fr/integration.ts'

import type { Words } from '../words.ts'

export const fr: Words = {
  shell,
  refusals,
  events,
  log,
  setup,
  access,
  security,
  signOn,
  console,
  contacts,
  templates,
  bulk,
  selfService,
  documents,
  editor,
  sheet,
  signing,
  completion,
  mail,
  delegation,
  following,
  home,
  notifications,
  vault,
  register,
  imports,
  retention,
  sweep,
  alarms,
  backup,
  outbound,
  folders,
  evidence,
  board,
  organisation,
  verify,
  webhooks,
  proof,
  authority,
  integration,
}
