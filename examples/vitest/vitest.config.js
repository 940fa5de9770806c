import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    globalSetup: './global-setup.js',
    sequence: { concurrent: true } // all tests at once: none sees another's world
  }
})
