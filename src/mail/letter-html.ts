import type { Colour } from '../base/colour.ts'
import { accentsOf } from '../view/palette.ts'
import type { Letter } from './letter.ts'

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
const lines = (text: string): string => escape(text).replaceAll('\n', '<br>')

const INK: Colour = '#2b3f8f'
const SANS = "Inter,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
const cell = (css: string, inside: string): string => `<tr><td style="${css}">${inside}</td></tr>`

/**
 * The letter as HTML that mail programs draw alike: one column of 600 px, tables, styles on the elements, a dark scheme by media query.
 * `logo` is the address of the picture: `cid:…` in a mail, `data:` in the Outbox, null for the company's name in its place.
 */
export function letterHtml(letter: Letter, logo: string | null): string {
  const brand = logo
    ? `<img src="${escape(logo)}" alt="${escape(letter.company)}" height="40" style="display:block;height:40px;width:auto;border:0">`
    : `<span class="ink" style="font:600 18px/24px ${SANS};color:#1b2130">${escape(letter.company)}</span>`
  const rows = [
    cell('padding:0 0 24px', brand),
    cell(
      'padding:0 0 16px',
      `<h1 class="ink" style="margin:0;font:400 22px/30px 'Source Serif 4',Georgia,serif;color:#1b2130">${escape(letter.heading)}</h1>`,
    ),
    paragraph(letter.greeting),
    paragraph(letter.text),
    ...(letter.code
      ? [
          cell(
            'padding:8px 0 24px',
            `<span class="ink code" style="font:600 32px/40px 'SFMono-Regular',Consolas,monospace;letter-spacing:6px;color:#1b2130">${escape(letter.code)}</span>`,
          ),
        ]
      : []),
    ...(letter.record
      ? [
          cell(
            'padding:0 0 20px',
            `<pre class="ink" style="margin:0;padding:12px 14px;border:1px solid #e3e1d9;border-radius:8px;font:400 12px/18px 'SFMono-Regular',Consolas,monospace;white-space:pre-wrap;word-break:break-all;color:#1b2130">${escape(letter.record.trimEnd())}</pre>`,
          ),
        ]
      : []),
    ...letter.digest.filter(({ link }) => /^https?:\/\//.test(link)).map(newsRow),
    ...(letter.note
      ? [
          cell(
            'padding:0 0 20px',
            `<div class="note" style="border-left:3px solid #e3e1d9;padding:2px 0 2px 14px;font:400 15px/24px ${SANS};color:#4a5266"><strong>${escape(letter.note.label)}</strong><br>${lines(letter.note.text)}</div>`,
          ),
        ]
      : []),
    ...(letter.button ? buttonRows(letter.button, letter.linkInWords, letter.colour ? accentsOf(letter.colour).light.accent : INK) : []),
    ...(letter.facts.length ? [cell('padding:0 0 20px', factTable(letter))] : []),
    ...letter.after.map((text) =>
      cell(`padding:0 0 12px;font:400 13px/20px ${SANS};color:#5d6478`, `<span class="quiet">${escape(text)}</span>`),
    ),
    cell(
      `padding:12px 0 0;border-top:1px solid #e3e1d9;font:400 13px/20px ${SANS};color:#5d6478`,
      `<span class="quiet">${escape(letter.footer)}</span>`,
    ),
  ]
  return `<!doctype html>
<html lang="${letter.language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark"><title>${escape(letter.subject)}</title>
<style>@media (prefers-color-scheme:dark){.page{background:#14161b!important}.sheet{background:#1c1f26!important;border-color:#2d313b!important}.ink,.ink a{color:#eceef3!important}.body{color:#b6bccb!important}.quiet,.quiet a{color:#9aa1b3!important}.note{border-color:#2d313b!important;color:#b6bccb!important}}</style></head>
<body class="page" style="margin:0;padding:0;background:#f7f6f2"><table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#f7f6f2"><tr><td align="center" style="padding:24px 12px">
<table role="presentation" class="sheet" width="600" cellpadding="0" cellspacing="0" border="0" style="width:100%;max-width:600px;background:#ffffff;border:1px solid #e3e1d9;border-radius:10px"><tr><td style="padding:32px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">${rows.join('\n')}</table>
</td></tr></table></td></tr></table></body></html>
`
}

const paragraph = (text: string): string =>
  cell('padding:0 0 16px', `<span class="body" style="font:400 15px/24px ${SANS};color:#4a5266">${lines(text)}</span>`)

/** Only http and https: nothing else becomes a link. */
function buttonRows(button: { readonly label: string; readonly link: string }, inWords: string, colour: Colour): string[] {
  if (!/^https?:\/\//.test(button.link)) return []
  const link = escape(button.link)
  return [
    cell(
      'padding:8px 0 20px',
      `<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr><td style="background:${colour};border-radius:8px"><a href="${link}" style="display:inline-block;padding:12px 24px;font:600 15px/20px ${SANS};color:#ffffff;text-decoration:none">${escape(button.label)}</a></td></tr></table>`,
    ),
    cell(
      'padding:0 0 20px',
      `<span class="quiet" style="font:400 13px/20px ${SANS};color:#5d6478">${escape(inWords)}<br><a href="${link}" style="color:${colour};overflow-wrap:anywhere;word-break:break-all">${link}</a></span>`,
    ),
  ]
}

const newsRow = ({ title, link, lines: news }: Letter['digest'][number]): string =>
  cell(
    'padding:0 0 16px',
    `<div class="note" style="border-left:3px solid #e3e1d9;padding:2px 0 2px 14px;font:400 15px/24px ${SANS};color:#4a5266"><a class="ink" href="${escape(link)}" style="color:#1b2130;font-weight:600">${escape(title)}</a>${news.map((line) => `<br>${escape(line)}`).join('')}</div>`,
  )

const factTable = ({ facts }: Letter): string =>
  `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">${facts
    .map(
      ({ label, value }) =>
        `<tr><td class="quiet" width="34%" valign="top" style="padding:4px 12px 4px 0;font:400 13px/20px ${SANS};color:#5d6478">${escape(label)}</td><td class="ink" valign="top" style="padding:4px 0;font:500 13px/20px ${SANS};color:#1b2130;overflow-wrap:anywhere">${lines(value)}</td></tr>`,
    )
    .join('')}</table>`
