import { expect, test } from 'bun:test'
import { withoutSecrets } from '../../src/log/lines.ts'

test.each([
  ['GET https://sign.example.com/s/inv_0123456789abcdefghjk.Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6 failed', 'GET https://sign.example.com/… failed'],
  ['postgres://paraphe:hunter2@db.example:5432/paraphe: refused', 'postgres://db.example:5432/… refused'],
  ['inv_0123456789abcdefghjk.Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6', 'inv_0123456789abcdefghjk.…'],
  ['usr_0123456789abcdefghjk.m1x2y3z.Zm9vYmFyYmF6', 'usr_0123456789abcdefghjk.…'],
  ['no object inv_0123456789abcdefghjk', 'no object inv_0123456789abcdefghjk'],
  ['/list?key=abc&next=/s/x and more', '/list?… and more'],
  ['Authorization: Bearer abc.def', 'Authorization: Bearer …'],
  ['token 7Jp2mQ4xkZ8RtYw3LsN0vB5cHdG1fAeU6iOqXy9WzTk', 'token …'],
  [`digest ${'0123456789abcdef'.repeat(4)}`, `digest ${'0123456789abcdef'.repeat(4)}`],
  ['at readTheWholeOfItAndTellNobody (src/x.ts:1)', 'at readTheWholeOfItAndTellNobody (src/x.ts:1)'],
])('%p is written as %p', (text, written) => expect(withoutSecrets(text)).toBe(written))

const written = (form: 'json' | 'text'): string => {
  const code = `import { log, openLog } from '${import.meta.dir}/../../src/log/lines.ts';
    openLog({ form: '${form}', level: 'info' });
    log('debug', 'not-this');
    log('info', 'request', { route: '/a\\r\\n{"level":"error"}\\u001b[2J\\u202e', nothing: null })`
  return Bun.spawnSync([process.execPath, '-e', code]).stderr.toString()
}

test.each(['json', 'text'] as const)('a line of the log is one line of %s, whatever stands in it', (form) => {
  const text = written(form)
  expect(text.trimEnd().split('\n')).toHaveLength(1)
  expect(text).not.toMatch(/\u001b|\u202e|\r|not-this|nothing/)
  if (form === 'json') expect((JSON.parse(text) as { event: string }).event).toBe('request')
  else expect(text).toMatch(/^\S+Z INFO {2}request route="/)
})
