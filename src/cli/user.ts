import { parseArgs } from 'node:util'
import { resetPassword } from '../access/password-change.ts'
import { listRoles, ownRolesOf } from '../access/assigning.ts'
import { takeSecondFactors } from '../access/second-factor.ts'
import { fullName, type User } from '../access/roles.ts'
import { openWithBreakGlass } from '../access/sign-on/machine.ts'
import { addUser, disableUser, enableUser, findUser, findUserByAddress, listUsers } from '../access/users.ts'
import { welcomeExpiry, welcomeToken } from '../access/welcome.ts'
import { systemAct } from '../audit/act.ts'
import { readConfig } from '../config/config.ts'
import { originsOf } from '../setting/origins.ts'
import { defaultLegalEntity } from '../setting/legal-entity.ts'
import { readSetting } from '../setting/setting.ts'
import { isLanguage } from '../view/words.ts'
import { type Environment, UsageError } from './command.ts'
import { configOfExisting, type Folder, openFolder } from './open-folder.ts'

const VERBS: Readonly<Record<string, (house: Folder, args: readonly string[]) => Promise<void>>> = {
  add,
  list,
  disable,
  enable,
  password,
  'second-factor': secondFactor,
  'break-glass': breakGlass,
}

/** For whoever owns the machine: works beside a running server, and when nobody can sign in any more. */
export async function run([verb = '', ...args]: readonly string[], environment: Environment): Promise<number> {
  const work = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined
  if (!work) throw new UsageError(`say ${Object.keys(VERBS).join(', ')}`)
  const { folder: house, close } = await openFolder((verb === 'add' ? readConfig : configOfExisting)(environment))
  try {
    await work(house, args)
    return 0
  } finally {
    await close()
  }
}

const OPTIONS = {
  email: { type: 'string' },
  'first-name': { type: 'string' },
  'last-name': { type: 'string' },
  'job-title': { type: 'string' },
  language: { type: 'string' },
  role: { type: 'string', multiple: true },
} as const
const ADD =
  'add --email ADDRESS --first-name NAME --last-name NAME [--job-title TEXT] [--language en|fr] [--role employee|supervisor|administrator|signatory|stamp-user|NAME]…'

async function add(house: Folder, args: readonly string[]): Promise<void> {
  const { values } = parsed(args)
  const language = values.language ?? (await readSetting(house.db, 'installation')).language
  if (!values.email || !values['last-name']) throw new UsageError(ADD)
  if (!isLanguage(language)) throw new UsageError(`there is no language "${language}"`)
  const details = {
    email: values.email,
    firstName: values['first-name'] ?? '',
    lastName: values['last-name'],
    jobTitle: values['job-title'] ?? '',
    phone: null,
    language,
    roles: await rolesNamed(house, values.role ?? ['employee']),
  }
  const user = await house.db.transaction().execute((tx) => addUser(tx, systemAct(house.clock()), details))
  console.log(
    `${fullName(user)} may sign in as ${user.email} once a password is set here, within 7 days:\n${await welcomeLink(house, user)}`,
  )
}

/** By the name of a role as the console shows it in English, in any case, with a dash for a space. */
async function rolesNamed({ db }: Folder, names: readonly string[]): Promise<string[]> {
  const spelt = (name: string) => name.toLowerCase().replaceAll(' ', '-')
  const roles = await listRoles(db)
  return names.map((name) => {
    const role = roles.find((one) => spelt(one.name) === spelt(name))
    if (!role) throw new UsageError(`there is no role "${name}"`)
    return role.id
  })
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS })
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

async function list(house: Folder): Promise<void> {
  const roles = await ownRolesOf(house.db)
  for (const user of await listUsers(house.db))
    console.log(
      [
        user.email,
        fullName(user),
        (roles.get(user.id) ?? []).map(({ name }) => name).join(', '),
        user.disabledAt ? `disabled ${user.disabledAt}` : user.passwordHash ? '' : 'no password yet',
      ]
        .join('\t')
        .trimEnd(),
    )
}

async function disable(house: Folder, args: readonly string[]): Promise<void> {
  const user = await named(house, args)
  await disableUser(house.db, systemAct(house.clock()), null, user.id)
  console.log(`${user.email} can no longer sign in.`)
}

async function enable(house: Folder, args: readonly string[]): Promise<void> {
  const user = await named(house, args)
  await enableUser(house.db, systemAct(house.clock()), null, user.id)
  console.log(`${user.email} can sign in again.`)
}

/** The way in that hangs on no directory, no provider and no second factor of theirs: an account, its rights, and a link for a password. */
async function breakGlass(house: Folder, args: readonly string[]): Promise<void> {
  const email = args.find((arg) => !arg.startsWith('--'))
  const { breakGlassUserId } = await readSetting(house.db, 'signOn')
  if (!email && !breakGlassUserId) throw new UsageError('break-glass ADDRESS [--passwords-on]: no break-glass administrator is chosen yet')
  const user = email ? await named(house, [email]) : await findUser(house.db, breakGlassUserId ?? '')
  const isLink = await openWithBreakGlass(house.db, systemAct(house.clock()), user, args.includes('--passwords-on'))
  if (isLink)
    console.log(
      `${user.email} is the break-glass administrator. Its password is set here, within 7 days:\n${await welcomeLink(house, await findUser(house.db, user.id))}`,
    )
}

/** A password is never an argument, which every process of the machine can read: it comes by standard input, or by a link. */
async function password(house: Folder, args: readonly string[]): Promise<void> {
  const user = await named(
    house,
    args.filter((arg) => arg !== '--stdin'),
  )
  if (!args.includes('--stdin')) {
    console.log(
      `A new password for ${user.email} is set here, within 7 days (or pipe it in with --stdin):\n${await welcomeLink(house, user)}`,
    )
    return
  }
  const entity = await defaultLegalEntity(house.db)
  await resetPassword(house.db, systemAct(house.clock()), user.id, (await Bun.stdin.text()).replace(/\r?\n$/, ''), [
    entity?.legalName ?? '',
  ])
  console.log(`The password of ${user.email} is set; every session of theirs has ended.`)
}

/** For whoever has lost every device: they are told by mail, and set up a new one at the next sign-in where the house asks for it. */
async function secondFactor(house: Folder, [verb, ...args]: readonly string[]): Promise<void> {
  if (verb !== 'reset') throw new UsageError('second-factor reset ADDRESS')
  const user = await named(house, args)
  await takeSecondFactors(house, systemAct(house.clock()), null, user.id)
  console.log(`The second factor of ${user.email} is taken away; every session of theirs has ended.`)
}

async function named(house: Folder, [email]: readonly string[]): Promise<User> {
  const user = await findUserByAddress(house.db, email ?? '')
  if (!user) throw new UsageError(email ? `nobody signs in as ${email}` : 'say which address')
  return user
}

async function welcomeLink(house: Folder, user: User): Promise<string> {
  const { staff } = originsOf(house.config, await readSetting(house.db, 'installation'))
  return `${staff}/welcome/${welcomeToken(house.secretKey, user, welcomeExpiry(house.clock()))}`
}
