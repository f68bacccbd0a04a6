import svelte from 'eslint-plugin-svelte'
import ts from 'typescript-eslint'

export default ts.config(
  { ignores: ['dist/', 'node_modules/', 'widget/'] },
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'] },
    },
  },
  // Areas import ui, parts, model and commands, never each other; what two areas share lives in parts.
  ...['admin', 'customers', 'desk', 'floor', 'parts', 'signin', 'twin'].map((area) => ({
    files: [`src/${area}/**`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: ['admin', 'customers', 'desk', 'floor', 'signin', 'twin']
            .filter((other) => other !== area)
            .map((other) => ({ group: [`**/../${other}/**`], message: 'Areas do not import each other.' })),
        },
      ],
    },
  })),
  {
    rules: {
      'max-lines': ['error', { max: 200 }],
      'no-console': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // Plain Maps and Sets are used on purpose where nothing renders from them.
      'svelte/prefer-svelte-reactivity': 'off',
      'svelte/no-navigation-without-resolve': 'off',
    },
  },
)
