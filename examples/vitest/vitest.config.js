import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    globalSetup: './global-setup.js',
    sequence: { concurrent: true } // run all tests in parallel, each in its own workspace
  }
})
