import stylistic from '@stylistic/eslint-plugin'
import tseslint from 'typescript-eslint'

// Imports go downwards: each folder of src, and what stands above it.
const above = {
  contract: ['domain', 'stores', 'outbound', 'http', 'control', 'command', 'conformance', 'options', 'app', 'mock', 'main', 'index', 'own-package'],
  domain: ['stores', 'outbound', 'http', 'control', 'command', 'conformance', 'options', 'app', 'mock', 'main', 'index', 'own-package'],
  stores: ['outbound', 'http', 'control', 'command', 'conformance', 'options', 'app', 'mock', 'main', 'index', 'own-package'],
  outbound: ['stores', 'http', 'control', 'command', 'conformance', 'options', 'app', 'mock', 'main', 'index', 'own-package'],
  http: ['outbound', 'control', 'command', 'conformance', 'app', 'mock', 'main', 'index'],
  control: ['outbound', 'command', 'conformance', 'app', 'mock', 'main', 'index']
}
const importDirections = Object.entries(above).map(([folder, names]) => ({
  files: [`src/${folder}/**`],
  rules: {
    'no-restricted-imports': ['error', {
      patterns: [{ regex: `^(\\.\\./)+(${names.join('|')})[/.]`, message: `src/${folder} must not import what stands above it.` }]
    }]
  }
}))

// Type-aware rules find the promise nobody waits for and the condition that is always true; neostandard has neither,
// so its style (standard: no semicolons, two spaces, space before parentheses) is taken from @stylistic instead.
export default tseslint.config(
  { ignores: ['dist/', '.tap/', 'coverage/', 'bench/', 'judges/clients/', 'judges/generated/', 'test/package/'] },
  stylistic.configs.customize({ semi: false, commaDangle: 'never', braceStyle: '1tbs', arrowParens: false }),
  {
    rules: {
      '@stylistic/space-before-function-paren': ['error', 'always'],
      '@stylistic/arrow-parens': ['error', 'as-needed'],
      '@stylistic/max-len': ['error', { code: 140, ignoreUrls: true, ignoreStrings: true, ignoreTemplateLiterals: true }],
      '@stylistic/operator-linebreak': 'off',
      '@stylistic/multiline-ternary': 'off'
    }
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      // a plugin is async by Fastify's contract, also when it waits for nothing
      '@typescript-eslint/require-await': 'off',
      // `import { type T }` leaves an import of the module behind, which loads what only the compiler needs
      '@typescript-eslint/no-import-type-side-effects': 'error',
      // an assertion that names its type says what is expected; `!` does not
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      // `const { $id, ...rest } = schema` leaves one field out
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      // `setTimeout(() => server.close())` is how it is said
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }]
    }
  },
  importDirections,
  {
    files: ['test/**'],
    // tap's subtests return promises that tap itself waits for
    rules: { '@typescript-eslint/no-floating-promises': 'off' }
  }
)
