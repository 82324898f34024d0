import { shell } from './en/shell.ts'
import { refusals } from './en/refusals.ts'
import { events } from './en/events.ts'
import { log } from './en/log.ts'
import { setup } from './en/setup.ts'
import { access } from './en/access.ts'
import { signOn } from './en/sign-on.ts'
import { security } from './en/security.ts'
import { console } from './en/console.ts'
import { contacts } from './en/contacts.ts'
import { bulk } from './en/bulk.ts'
import { selfService } from './en/visitors.ts'
import { templates } from './en/templates.ts'
import { documents } from './en/documents.ts'
import { editor } from './en/editor.ts'
import { sheet } from './en/sheet.ts'
import { signing } from './en/signing.ts'
import { completion } from './en/completion.ts'
import { mail } from './en/mail.ts'
import { delegation } from './en/delegation.ts'
import { following } from './en/following.ts'
import { home } from './en/home.ts'
import { notifications } from './en/notifications.ts'
import { vault } from './en/vault.ts'
import { register } from './en/register.ts'
import { imports } from './en/imports.ts'
import { retention } from './en/retention.ts'
import { backup } from './en/backup.ts'
import { sweep } from './en/sweep.ts'
import { alarms } from './en/alarms.ts'
import { outbound } from './en/outbound.ts'
import { folders } from './en/folders.ts'
import { evidence } from './en/evidence.ts'
import { board } from './en/board.ts'
import { organisation } from './en/organisation.ts'
import { webhooks } from './en/webhooks.ts'
import { verify } from './en/verify.ts'
import { proof } from './en/proof.ts'
import { authority } from './en/authority.ts'
import { integration } from './en/integration.ts'

export const en = {
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
