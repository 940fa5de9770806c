import { buildApp, type Fixture, type Options, type Session } from 'verifa-mock'

const options: Partial<Options> = { port: 0, unknownFields: 'ignore', apiKeys: ['vk_sandbox_a'] }
const fixture: Fixture = { id: 'ses_mine', status: 'capturing' }
const app = buildApp(options)
const response = await app.inject({ method: 'POST', url: '/_mock/sessions', payload: fixture })
const session: Session = response.json<Session>()
const ref: string | null = session.external_ref
console.log(ref)
// @ts-expect-error the proof that the types refuse it: a session is never changed
session.status = 'completed'
