/**
 * Where Prism and the mock may be of two minds about a request, and why. Each names the requests that it is about by what they are, not by
 * who sends them; one that is about no request is a finding too, so that none stays longer than it is needed.
 */
export const differences = [
  {
    why: 'OpenAPI has no words for how many bytes or levels a value may have; the description says it',
    applies: ({ problems }) => problems.some(({ type }) => type === 'too_large' || type === 'too_deep')
  },
  {
    why: 'the mock understands external_ref in every casing, the document has the one that is answered in',
    applies: ({ status, body }) => status === 200 && /"external(_ref|Ref|-ref)"/.test(body)
  },
  {
    why: 'Prism takes every +json for application/json',
    applies: ({ status, headers }) => status === 415 && headers['content-type'].endsWith('+json')
  },
  {
    why: 'Prism takes a header that is empty for one that is not sent',
    applies: ({ problems, headers }) => problems.some(({ loc: [place, name] }) => place === 'header' && headers[name.toLowerCase()] === '')
  }
]
