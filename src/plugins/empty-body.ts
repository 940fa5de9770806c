import fastifyPlugin from 'fastify-plugin'

/**
 * Takes an empty body for none: clients that always send `Content-Type: application/json` send it with calls that have
 * no body, too. Where a body is asked for, its schema says that it is missing.
 */
export const emptyBodyPlugin = fastifyPlugin(async app => {
  const parse = app.getDefaultJsonParser('ignore', 'ignore')
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined)
    else void parse(request, body as string, done)
  })
}, { name: 'empty-body' })
