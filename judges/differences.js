/**
 * Why Prism and the mock may disagree about whether a request is valid. Each entry recognizes its requests by their content. An entry that
 * applies to no request is a finding, so that none stays longer than it is needed.
 */
export const differences = [
  {
    why: 'OpenAPI cannot say how many bytes or levels a value may have; the description does',
    applies: ({ problems }) => problems.some(({ type }) => type === 'too_large' || type === 'too_deep')
  },
  {
    why: 'the mock accepts external_ref in every casing, and the document has only the casing of the response',
    applies: ({ status, body }) => status < 300 && /"external(_ref|Ref|-ref)"/.test(body) && !body.startsWith('{"data":')
  },
  {
    why: 'the envelope of a new session is in the description, and not in the document',
    applies: ({ status, body }) => status === 201 && body.startsWith('{"data":{')
  },
  {
    why: 'the document has tag and tags, and only its description says that exactly one of them is needed',
    applies: ({ problems, url }) => /-tags?$/.test(url) && problems.length === 1 && problems[0].loc[0] === 'body'
  },
  {
    why: 'Prism treats every +json as application/json',
    applies: ({ status, headers }) => status === 415 && headers['content-type'].endsWith('+json')
  },
  {
    why: 'Prism measures a header in bytes, and the mock an Idempotency-Key in characters',
    applies: ({ status, violations }) => status === 200 && violations.some(({ location, code }) => code === 'maxLength' && location[1] === 'header')
  },
  {
    why: 'Prism treats an empty header as absent',
    applies: ({ problems, headers }) => problems.some(({ loc: [place, name] }) => place === 'header' && headers[name.toLowerCase()] === '')
  }
]
