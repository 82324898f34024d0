import type { SmsGateway } from './sms-gateway.ts'

/** The shape of requests that gateways usually take; what stands in capitals is the administrator's to fill in. */
export const SMS_PRESETS: Readonly<Record<string, Omit<SmsGateway, 'from'>>> = {
  json: {
    url: 'https://gateway.example.com/messages',
    method: 'POST',
    headers: 'Authorization: Bearer KEY\nContent-Type: application/json',
    body: '{"to":"{to}","from":"{from}","text":"{text}"}',
    successContains: '',
  },
  form: {
    url: 'https://gateway.example.com/send',
    method: 'POST',
    headers: 'Content-Type: application/x-www-form-urlencoded',
    body: 'user=USER&password=PASSWORD&to={to}&from={from}&text={text}',
    successContains: '',
  },
  get: {
    url: 'https://gateway.example.com/send?key=KEY&to={to}&from={from}&text={text}',
    method: 'GET',
    headers: '',
    body: '',
    successContains: 'OK',
  },
  twilio: {
    url: 'https://api.twilio.com/2010-04-01/Accounts/ACCOUNT/Messages.json',
    method: 'POST',
    headers: 'Authorization: Basic BASE64_OF_ACCOUNT_AND_TOKEN\nContent-Type: application/x-www-form-urlencoded',
    body: 'To={to}&From={from}&Body={text}',
    successContains: '"sid"',
  },
  vonage: {
    url: 'https://rest.nexmo.com/sms/json',
    method: 'POST',
    headers: 'Content-Type: application/x-www-form-urlencoded',
    body: 'api_key=KEY&api_secret=SECRET&to={to}&from={from}&type=unicode&text={text}',
    successContains: '"status":"0"',
  },
  brevo: {
    url: 'https://api.brevo.com/v3/transactionalSMS/send',
    method: 'POST',
    headers: 'api-key: KEY\nContent-Type: application/json',
    body: '{"type":"transactional","unicodeEnabled":true,"sender":"{from}","recipient":"{to}","content":"{text}"}',
    successContains: 'messageId',
  },
}

/** What stands in the presets for the administrator's own. */
export const BLANKS = ['KEY', 'SECRET', 'USER', 'PASSWORD', 'ACCOUNT', 'BASE64_OF_ACCOUNT_AND_TOKEN'] as const
