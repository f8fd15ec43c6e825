"""The page of `cloudless dev` in a real browser: Debian's Chromium, driven by Playwright."""
