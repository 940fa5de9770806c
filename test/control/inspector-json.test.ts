import fc from 'fast-check'
import t from 'tap'
import { parseJson } from '../../src/control/inspector/page/json-text.js'

t.test('text that is JSON is read', async t => {
  t.same(parseJson(' { "a": [1, null, "\\u00fc"] } ', 'It'), { a: [1, null, 'ü'] })
})

t.test('an error says where the text is wrong, whatever the browser says', async t => {
  const errors = {
    '': 'line 1, column 1: unexpected the end of the text',
    '{ "a": }': 'line 1, column 8: unexpected }',
    '{ "a": 1,\n  \'b\': 2 }': 'line 2, column 3: unexpected \'b\': 2 }',
    '{\n  "a": 1\n  "b": 2\n}': 'line 3, column 3: unexpected "b": 2',
    '{ "a": 1, }': 'line 1, column 11: unexpected }',
    '[1, 2,]': 'line 1, column 7: unexpected ]',
    '[1 2]': 'line 1, column 4: unexpected 2]',
    '[[]}': 'line 1, column 4: unexpected }',
    '{ "a" 1 }': 'line 1, column 7: unexpected 1 }',
    '{ 1: 2 }': 'line 1, column 3: unexpected 1: 2 }',
    '{ "a": { "b": [{}, tru] } }': 'line 1, column 20: unexpected tru] } }',
    '{ "a": "b\n" }': 'line 1, column 8: unexpected "b',
    '{} {}': 'line 1, column 4: unexpected {}',
    '01': 'line 1, column 2: unexpected 1',
    '["a"': 'line 1, column 5: unexpected the end of the text'
  }
  for (const [text, place] of Object.entries(errors)) {
    t.throws(() => parseJson(text, 'The metadata'), { message: `The metadata is not valid JSON at ${place}` }, JSON.stringify(text))
  }
})

t.test('the place is the one that Node.js names, where it names one', async () => {
  const inserted = fc.constantFrom('{', '}', '[', ']', ',', ':', '"', 'x', '1', ' ')
  fc.assert(fc.property(fc.json({ maxDepth: 3 }), fc.nat(), inserted, (json, at, character) => {
    const index = at % (json.length + 1)
    const text = json.slice(0, index) + character + json.slice(index)
    try {
      parseJson(text, 'It')
    } catch (error) {
      const { message, cause } = error as Error & { cause: Error }
      const named = /^(?:Expected|Unexpected non-whitespace).* position (\d+)/.exec(cause.message)?.[1]
      return named === undefined || message.startsWith(`It is not valid JSON at line 1, column ${Number(named) + 1}: `)
    }
    return true
  }), { numRuns: 1_000 })
})
