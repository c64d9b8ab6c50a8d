import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The page asks for everything under the address it was opened at, so that a proxy may put it anywhere.
export default defineConfig({
  plugins: [react()],
  base: "./",
  build: { target: "es2023", sourcemap: false, chunkSizeWarningLimit: 400 },
  server: { proxy: { "/api": { target: process.env.GRAFT ?? "http://localhost:8765", ws: true } } },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
