import { sql } from 'kysely'
import type { UserRow } from '../db/database.ts'
import type { Db } from '../db/open.ts'

/** Who stands above somebody: the supervisor of the nearest department up the tree who is somebody else and may sign in; null: nobody does. */
export async function supervisorOf(db: Db, user: Pick<UserRow, 'id' | 'departmentId'>): Promise<UserRow | null> {
  const { rows } = await sql<{ id: string }>`
    with recursive up(id, depth) as (
      select id, 0 from department where id = ${user.departmentId}
      union select department.parent_id, depth + 1 from up join department on department.id = up.id
        where department.parent_id is not null and depth < 100
    )
    select "user".id from up join department on department.id = up.id join "user" on "user".id = department.supervisor_id
    where "user".id <> ${user.id} and "user".disabled_at is null order by up.depth limit 1`.execute(db)
  const [found] = rows
  return found ? db.selectFrom('user').selectAll().where('id', '=', found.id).executeTakeFirstOrThrow() : null
}
