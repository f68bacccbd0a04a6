import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

// BATTITO_API lets `npm run dev` talk to a server on another port.
const server = process.env.BATTITO_API ?? 'http://127.0.0.1:8080'
const proxied = ['/api', '/files', '/widget', '/demo', '/chat']

export default defineConfig({
  plugins: [svelte()],
  base: '/',
  build: {
    target: 'es2023',
    outDir: 'dist',
    emptyOutDir: true,
    manifest: true,
    assetsDir: 'assets',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 2048,
    chunkSizeWarningLimit: 1600, // the API reference: nobody else loads it
    // What nearly every screen needs travels in a few files: many small ones compress worse and cost requests.
    rolldownOptions: {
      input: ['index.html', 'reference.html'],
      output: {
        codeSplitting: {
          groups: [
            { name: 'svelte', test: /node_modules[\\/](?:svelte|esm-env|clsx)[\\/]/ },
            {
              name: 'base',
              test: /src[\\/](?:api|commands|i18n|live|model|shell|ui)[\\/](?!it|en)/,
              minShareCount: 3,
            },
            { name: 'icons', test: /@lucide/, minShareCount: 2 },
          ],
        },
      },
    },
  },
  server: {
    proxy: Object.fromEntries(proxied.map((path) => [path, { target: server, ws: true }])),
  },
  resolve: process.env.VITEST ? { conditions: ['browser'] } : {},
  test: { environment: 'happy-dom', include: ['src/**/*.test.ts'] },
})
