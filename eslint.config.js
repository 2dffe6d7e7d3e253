import js from '@eslint/js'
import prettier from 'eslint-config-prettier'
import tseslint from 'typescript-eslint'

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'dist-apps/',
      'coverage/',
      'node_modules/',
      'docs/api/',
      'docs/site/build/',
      'reports/',
      '.stryker-tmp/',
      'test-output/',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      eqeqeq: 'error',
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', { max: 50, skipComments: true, skipBlankLines: true }],
      'max-params': ['error', 3],
      'no-console': 'error',
      // A declaration of a foreign module can import types by annotation alone.
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: false },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/dot-notation': 'off',
      // Marked as deprecated by their authors to make them stand out: the configuration decides about http, and a server whose
      // tools are defined already has no use for the class that defines them.
      '@typescript-eslint/no-deprecated': [
        'error',
        {
          allow: [
            { from: 'package', package: 'openid-client', name: 'allowInsecureRequests' },
            { from: 'package', package: '@modelcontextprotocol/server', name: 'Server' },
          ],
        },
      ],
    },
  },
  {
    // Express knows an error handler by its four parameters.
    files: ['middleware/error-handler.ts', 'middleware/keep-tools.ts', 'apps/**/*.ts'],
    rules: { 'max-params': ['error', 4] },
  },
  {
    // Runs at Auth0, as a CommonJS module of Node.js.
    files: ['cli/setup/*.cjs'],
    languageOptions: {
      globals: Object.fromEntries(
        ['URL', 'fetch', 'Response', 'TextDecoder'].map((name) => [name, 'readonly']),
      ),
    },
    rules: { eqeqeq: 'error', 'max-lines': ['error', 300], 'no-console': 'error' },
  },
  {
    // Programs of the benchmark, in JavaScript as the packages that it compares with are installed for it alone; and what the suite of
    // faults and the soak load into the server as it is published.
    files: ['bench/**/*.mjs', 'test/faults/**/*.mjs', 'test/soak/**/*.mjs'],
    languageOptions: {
      globals: {
        ...{ Buffer: 'readonly', crypto: 'readonly', fetch: 'readonly', process: 'readonly' },
        ...{ globalThis: 'writable', setTimeout: 'readonly' },
        ...{ URL: 'readonly', URLSearchParams: 'readonly' },
      },
    },
    rules: { eqeqeq: 'error', 'max-lines': ['error', 300] },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      // Rows of test.each arrive as parameters.
      'max-params': 'off',
    },
  },
  prettier,
)
