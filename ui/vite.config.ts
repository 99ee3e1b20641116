import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Relative addresses: the same page is served by the desktop shell and by `chidao serve`.
  base: './',
  plugins: [svelte(), svelteTesting()],
  build: {
    // The last WebView2 that runs on Windows 7 and 8.1 is 109; Safari 16 is the floor for WebKitGTK.
    target: ['chrome109', 'safari16'],
    cssTarget: ['chrome109', 'safari16'],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  // A test reads the program's sources for the codes of its refusals.
  server: { port: 5173, strictPort: true, fs: { allow: ['..'] } },
  preview: { port: 4173, strictPort: true },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.ts'],
    setupFiles: ['src/test-setup.ts'],
  },
});
