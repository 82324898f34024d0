import { expect, test } from 'bun:test'
import { safePath } from '../../src/cli/log.ts'

test.each([
  ['/s/inv_0123456789abcdefghjk.Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6', '/s/…'],
  ['/welcome/usr_0123456789abcdefghjk.m1x2y3z.Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6', '/welcome/…'],
  ['/s/i/inv_0123456789abcdefghjk/code', '/s/i/inv_0123456789abcdefghjk/code'],
  ['/console/users', '/console/users'],
  ['/static/css/main.css', '/static/css/main.css'],
  [`/${'x'.repeat(200)}`, '/…'],
])('the path %p is logged as %p', (path, logged) => expect(safePath(path)).toBe(logged))

test('a line of the log is one line of JSON, whatever stands in it', () => {
  const code = `import { log } from '${import.meta.dir}/../../src/cli/log.ts'; log('info', 'request', { path: '/a\\r\\n{"level":"error"}\\u001b[2J\\u202e' })`
  const { stderr } = Bun.spawnSync([process.execPath, '-e', code])
  const text = stderr.toString()
  expect(text.trimEnd().split('\n').length).toBe(1)
  expect(text).not.toMatch(/\u001b|\u202e|\r/)
  expect((JSON.parse(text) as { event: string }).event).toBe('request')
})
