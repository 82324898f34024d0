import { type Kysely, sql, SqliteAdapter } from 'kysely'

const LEVELS = ['none', 'own', 'department', 'departments', 'public', 'all'] as const
type Level = (typeof LEVELS)[number]

const contacts = (read: Level, add: Level, edit: Level, remove: Level, exchange: Level) => ({ read, add, edit, delete: remove, exchange })
const documents = (view: Level, create: Level, edit: Level, remove: Level, annul: Level) => ({ view, create, edit, delete: remove, annul })

/** What the three roles could do until here, and the two rights that stood beside them. The administrator's permissions are not read from here. */
const BUILT_IN = [
  ['rol_administrator', 'Administrator', {}],
  [
    'rol_employee',
    'Employee',
    {
      contacts: contacts('all', 'all', 'all', 'all', 'own'),
      documents: documents('own', 'own', 'own', 'own', 'none'),
      vault: { open: true, documents: 'own' },
      templates: { use: 'public', edit: 'own' },
    },
  ],
  ['rol_signatory', 'Signatory', { signing: { sign: true } }],
  ['rol_stamp_user', 'Stamp user', { signing: { stamp: true } }],
  [
    'rol_supervisor',
    'Supervisor',
    {
      contacts: contacts('all', 'all', 'all', 'all', 'all'),
      documents: documents('all', 'all', 'all', 'all', 'all'),
      vault: { open: true, documents: 'all' },
      templates: { use: 'all', edit: 'all' },
    },
  ],
] as const

/** Departments, groups, roles and who holds them, in place of one role and two rights in each person's row. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const sqlite = db.getExecutor().adapter instanceof SqliteAdapter
  const integer = sqlite ? 'integer' : 'bigint'
  const strict = sqlite ? sql`strict` : sql``

  await db.schema
    .createTable('department')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('parent_id', 'text', (column) => column.references('department.id'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('supervisor_id', 'text', (column) => column.references('user.id'))
    .addColumn('created_at', 'text', (column) => column.notNull())
    .modifyEnd(strict)
    .execute()
  await db.schema.createIndex('department_by_parent').on('department').column('parent_id').execute()
  await db.schema
    .createTable('user_group')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .modifyEnd(strict)
    .execute()
  await db.schema
    .createTable('user_group_member')
    .addColumn('group_id', 'text', (column) => column.notNull().references('user_group.id'))
    .addColumn('user_id', 'text', (column) => column.notNull().references('user.id'))
    .addPrimaryKeyConstraint('user_group_member_key', ['group_id', 'user_id'])
    .modifyEnd(strict)
    .execute()
  await db.schema.createIndex('user_group_member_by_user').on('user_group_member').column('user_id').execute()
  await db.schema
    .createTable('role')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('permissions', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .modifyEnd(strict)
    .execute()
  await db.schema
    .createTable('role_assignment')
    .addColumn('role_id', 'text', (column) => column.notNull().references('role.id'))
    .addColumn('holder_kind', 'text', (column) => column.notNull())
    .addColumn('holder_id', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('role_assignment_key', ['role_id', 'holder_kind', 'holder_id'])
    .modifyEnd(strict)
    .execute()
  await db.schema.createIndex('role_assignment_by_holder').on('role_assignment').columns(['holder_kind', 'holder_id']).execute()

  const at = new Date().toISOString()
  for (const [id, name, permissions] of BUILT_IN)
    await sql`insert into role (id, name, permissions, created_at) values (${id}, ${name}, ${JSON.stringify(permissions)}, ${at})`.execute(
      db,
    )
  const assign = (id: string, condition: ReturnType<typeof sql>) =>
    sql`insert into role_assignment (role_id, holder_kind, holder_id, created_at)
      select ${id}, 'user', id, ${at} from "user" where ${condition}`.execute(db)
  for (const role of ['employee', 'supervisor', 'administrator']) await assign(`rol_${role}`, sql`role = ${role}`)
  await assign('rol_signatory', sql`may_sign = 1`)
  await assign('rol_stamp_user', sql`may_stamp = 1`)

  for (const column of ['role', 'may_sign', 'may_stamp']) await db.schema.alterTable('user').dropColumn(column).execute()
  await db.schema
    .alterTable('user')
    .addColumn('department_id', 'text', (column) => column.references('department.id'))
    .execute()
  await db.schema.createIndex('user_by_department').on('user').column('department_id').execute()
  for (const name of ['contact', 'envelope'])
    await db.schema
      .alterTable(name)
      .addColumn('is_public', integer, (column) => column.notNull().defaultTo(0))
      .execute()
}
