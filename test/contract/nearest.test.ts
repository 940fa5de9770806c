import t from 'tap'
import { nearest } from '../../src/contract/nearest.js'

t.test('a misspelled word has a nearest candidate, an unrelated one has none', async t => {
  const options = ['port', 'host', 'fixtures', 'log-level', 'api-key', 'watch']
  const cases: [word: string, candidate: string | undefined][] = [
    ['prot', 'port'], ['prt', 'port'], ['pport', 'port'], ['pert', 'port'], ['ohst', 'host'], ['fixture', 'fixtures'], ['api-keys', 'api-key'],
    ['log', 'log-level'], ['lo', undefined], ['colour', undefined], ['', undefined]
  ]
  for (const [word, candidate] of cases) t.equal(nearest(word, options), candidate, word)
  t.equal(nearest('hort', options), 'port', 'the first of equally near candidates')
  t.equal(nearest('port', []), undefined)
})
